// Filter and links of a matrix. The page is whole without it.
(() => {
  "use strict";

  const form = document.getElementById("filter");
  const query = document.getElementById("query");
  const shown = document.getElementById("shown");
  const clear = document.getElementById("clear");
  const table = document.getElementById("matrix");
  const rows = [...table.querySelectorAll("tbody tr:not(.topic-row)")].map((element) => {
    const details = document.getElementById(element.querySelector("th a").hash.slice(1));
    return {
      element,
      details,
      verdicts: new Set([...element.cells].slice(1).flatMap((cell) => [...cell.classList])),
      text: `${element.cells[0].textContent} ${details?.querySelector("summary").textContent ?? ""}`.toLowerCase(),
    };
  });
  const isMemory = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim().endsWith("memory"));

  function showColumns(kind) {
    for (const grid of document.querySelectorAll(".mx")) {
      for (const row of grid.querySelectorAll("tr:not(.topic-row)")) {
        for (let at = 1; at < row.cells.length; at += 1) {
          row.cells[at].hidden = kind !== "" && (kind === "memory") !== isMemory[at];
        }
      }
    }
  }

  let kindShown = "";
  function apply() {
    const wanted = [...form.querySelectorAll("input[name=verdict]:checked")].map((input) => input.value);
    const kind = form.querySelector("input[name=kind]:checked")?.value ?? "";
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    let number = 0;
    for (const row of rows) {
      const fits = (!wanted.length || wanted.some((verdict) => row.verdicts.has(verdict)))
        && words.every((word) => row.text.includes(word));
      row.element.hidden = !fits;
      if (row.details) row.details.hidden = !fits;
      number += fits;
    }
    for (const body of table.tBodies) body.hidden = !body.querySelector("tr:not(.topic-row):not([hidden])");
    for (const title of document.querySelectorAll(".topic-title")) {
      let next = title.nextElementSibling;
      while (next?.hidden) next = next.nextElementSibling;
      title.hidden = !next || next.localName !== "details";
    }
    if (kind !== kindShown) showColumns(kind);
    kindShown = kind;
    const narrowed = wanted.length || words.length;
    shown.textContent = narrowed ? `${number} of ${rows.length} rules shown` : `${rows.length} rules`;
    clear.hidden = !(narrowed || kind);
  }

  function visit() {
    let place = null;
    try {
      place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return;
    }
    document.querySelector(".visited")?.classList.remove("visited");
    if (place?.localName !== "details") return;
    // A link leads to its place, also when the filter hides it.
    if (place.hidden) {
      form.reset();
      apply();
    }
    place.open = true;
    place.classList.add("visited");
    place.scrollIntoView({ block: "start" });
    place.querySelector("summary").focus({ preventScroll: true });
  }

  // A second click on one link changes no fragment, and must lead there all the same.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (link && link.hash === location.hash) {
      event.preventDefault();
      visit();
    }
  });

  let waiting = 0;
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, event.target === query ? 150 : 0);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  // The fields are empty only after this event.
  form.addEventListener("reset", () => setTimeout(apply));
  window.addEventListener("hashchange", visit);

  form.hidden = false;
  apply();
  window.addEventListener("load", () => { if (location.hash) setTimeout(visit); });
})();
