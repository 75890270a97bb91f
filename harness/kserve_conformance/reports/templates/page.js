// Filter, search and links of a report. The page is whole without it.
(() => {
  "use strict";

  const form = document.getElementById("filter");
  // A run without scenarios has nothing to filter.
  if (!form) return;
  const query = document.getElementById("query");
  const shown = document.getElementById("shown");
  const clear = document.getElementById("clear");
  const openAll = document.getElementById("open-all");
  const scenarios = [...document.querySelectorAll(".scenario")].map((element) => ({
    element,
    verdict: element.dataset.verdict,
    level: element.dataset.level,
    text: null,
  }));
  const groups = [...document.querySelectorAll(".feature"), ...document.querySelectorAll(".topic")];
  const rules = [...document.querySelectorAll(".rules tbody tr")].map((element) => ({
    element,
    scenarios: [...element.querySelectorAll("a")].map((link) => document.getElementById(link.hash.slice(1))),
  }));
  // What counts scenarios: topics, rules and the chips of the filter.
  const counted = [
    ...[...document.querySelectorAll(".topic")].map((element) => ({
      element,
      scenarios: [...element.querySelectorAll(".scenario")],
    })),
    ...rules,
  ].map(({ element, scenarios: some }) => ({
    scenarios: some,
    counts: [...element.querySelectorAll(".counts > .count")],
    total: element.querySelector(".total"),
  }));
  const squares = [...document.querySelectorAll(".frame a")].map((element) => ({
    element,
    scenario: document.getElementById(element.getAttribute("href").slice(1)),
  }));
  let anchor = "";

  const checked = (name) => [...form.querySelectorAll(`input[name=${name}]:checked`)].map((input) => input.value);

  // Texts are made when the first word is typed, not while the page loads.
  const textOf = (scenario) => {
    scenario.text ??= scenario.element.textContent.replace(/\s+/g, " ").toLowerCase();
    return scenario.text;
  };

  function apply() {
    const verdicts = new Set(checked("verdict"));
    const levels = new Set(checked("level"));
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    let number = 0;
    const chips = new Map();
    const count = (value) => chips.set(value, (chips.get(value) ?? 0) + 1);
    for (const scenario of scenarios) {
      const ofVerdict = !verdicts.size || verdicts.has(scenario.verdict);
      const ofLevel = !levels.size || levels.has(scenario.level);
      const named = words.every((word) => textOf(scenario).includes(word));
      const fits = ofVerdict && ofLevel && named;
      scenario.element.hidden = !fits;
      number += fits;
      // A chip counts what it would add: what the other parts of the filter leave.
      if (named && ofLevel) count(scenario.verdict);
      if (named && ofVerdict) count(scenario.level);
    }
    for (const input of form.querySelectorAll(".chip input")) {
      input.nextElementSibling.querySelector("small").textContent = chips.get(input.value) ?? 0;
    }
    for (const { scenarios: some, counts, total } of counted) {
      const left = some.filter((element) => element && !element.hidden);
      for (const badge of counts) {
        const of = left.filter((element) => element.dataset.verdict === badge.dataset.verdict).length;
        badge.hidden = !of;
        badge.querySelector(".n").textContent = of;
      }
      if (total) total.textContent = left.length === some.length ? some.length : `${left.length} of ${some.length}`;
    }
    for (const square of squares) square.element.classList.toggle("filtered", Boolean(square.scenario?.hidden));
    for (const group of groups) group.hidden = !group.querySelector(".scenario:not([hidden])");
    for (const rule of rules) rule.element.hidden = rule.scenarios.every((element) => element?.hidden);
    const narrowed = verdicts.size || levels.size || words.length;
    shown.textContent = narrowed
      ? number ? `${number} of ${scenarios.length} scenarios shown` : "No matching scenarios"
      : `${scenarios.length} scenarios`;
    clear.hidden = !narrowed;
  }

  // The fragment holds the place and the filter: #scenario-…&verdict=failed,errored&level=core&q=priority
  // With ``step`` it is a step in the history of the browser, and its back button returns.
  function remember(step = false) {
    const words = query.value.trim();
    const values = [...["verdict", "level"].map((name) => [name, checked(name)]), ["q", words ? [words] : []]];
    const fragment = page.fragmentOf(anchor, values);
    if (fragment === location.hash.slice(1)) return;
    if (step) history.pushState(null, "", `#${fragment}`);
    else history.replaceState(null, "", `#${fragment}`);
  }

  let following = false;

  function recall() {
    const before = anchor;
    const { place, filter } = page.fragment();
    anchor = place;
    // A plain link to a place keeps the filter that is set.
    if (filter.size) {
      query.value = (filter.get("q") ?? [""]).join(",");
      for (const input of form.querySelectorAll("input[type=checkbox]")) {
        input.checked = (filter.get(input.name) ?? []).includes(input.value);
      }
    }
    apply();
    // Going back or forward undoes what was opened; a link on the page closes nothing.
    const left = document.getElementById(before);
    if (!following && before !== anchor && left?.matches(".scenario")) left.open = false;
    following = false;
    if (anchor) visit(document.getElementById(anchor));
    remember();
  }

  function visit(place) {
    document.querySelector(".visited")?.classList.remove("visited");
    if (!place) return;
    // A link leads to its place, also when the filter hides it.
    if (place.closest("[hidden]")) {
      form.reset();
      apply();
    }
    for (let element = place; element; element = element.parentElement) {
      if (element.localName === "details") element.open = true;
    }
    place.classList.add("visited");
    place.scrollIntoView({ block: "start" });
    const summary = place.querySelector(":scope > summary");
    (summary ?? place).focus({ preventScroll: true });
  }

  let waiting = 0;
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { apply(); remember(); }, event.target === query ? 150 : 0);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    // The fields are empty only after this event.
    setTimeout(() => { anchor = ""; apply(); remember(); query.focus(); });
  });
  openAll.addEventListener("click", () => {
    const open = openAll.getAttribute("aria-pressed") !== "true";
    for (const { element } of scenarios) if (!element.hidden || !open) element.open = open;
    openAll.setAttribute("aria-pressed", String(open));
  });
  window.addEventListener("hashchange", recall);
  // A second click on one link changes no fragment, and must lead there all the same.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (!link) return;
    const place = page.decoded(link.getAttribute("href").slice(1));
    if (place === anchor) {
      event.preventDefault();
      visit(document.getElementById(anchor));
    } else if (place) {
      following = true;
    }
  });
  // Opening a scenario by hand is a place in the history, as a link to it is. Enter and Space click as well.
  for (const { element } of scenarios) {
    element.querySelector("summary").addEventListener("click", () => {
      const opens = !element.open;
      if (!opens && anchor !== element.id) return;
      anchor = opens ? element.id : "";
      remember(true);
    });
  }
  // All squares are one tab stop; the arrow keys move among them.
  const picture = document.querySelector(".frame svg");
  picture?.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const at = squares.findIndex(({ element }) => element === document.activeElement);
    const next = squares[at + (steps[event.key] ?? 0)];
    if (at < 0 || !(event.key in steps) || !next) return;
    event.preventDefault();
    squares[at].element.setAttribute("tabindex", "-1");
    next.element.setAttribute("tabindex", "0");
    next.element.focus();
  });

  form.hidden = false;
  recall();
  // At the end of loading the browser goes to the fragment its own way, and takes the focus away again.
  window.addEventListener("load", () => { if (anchor) setTimeout(() => visit(document.getElementById(anchor))); });
})();
