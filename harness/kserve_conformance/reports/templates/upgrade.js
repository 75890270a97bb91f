// Filter, search and links of the page about an upgrade. The page is whole without it.
(() => {
  "use strict";

  const form = document.getElementById("filter");
  // An upgrade that changes nothing has nothing to filter.
  if (!form) return;
  const query = document.getElementById("query");
  const shown = document.getElementById("shown");
  const clear = document.getElementById("clear");
  const openAll = document.getElementById("open-all");
  const selects = [...form.querySelectorAll("select")];
  const total = Number(shown.dataset.total);
  const allGroups = Number(shown.dataset.groups);
  const groups = [...document.querySelectorAll(".group")].map((element) => ({
    element,
    classes: element.dataset.classes.split(" "),
    count: Number(element.dataset.count),
    rows: [...element.querySelectorAll(".services tbody tr")],
    number: element.querySelector("summary .n"),
    whole: element.querySelector("summary .n").textContent,
    text: null,
    texts: null,
  }));
  const listed = groups.reduce((sum, group) => sum + group.rows.length, 0);
  const sections = [...document.querySelectorAll(".class")];
  const number = (value) => value.toLocaleString("en");
  const services = (value) => `${number(value)} service${value === 1 ? "" : "s"}`;
  const inRow = (row, select) => row.cells[Number(select.dataset.column)].textContent.trim();

  for (const select of selects) {
    const names = new Set(groups.flatMap(({ rows }) => rows.map((row) => inRow(row, select))));
    select.append(...[...names].sort().map((name) => new Option(name, name)));
  }

  const lower = (text) => text.replace(/\s+/g, " ").toLowerCase();
  const checked = () => [...form.querySelectorAll("input[name=class]:checked")].map((input) => input.value);

  // The words of a search that the group itself does not have must be in a row.
  function fitting(group, words) {
    if (words.length && group.texts === null) {
      const facts = group.element.querySelector(".facts")?.textContent ?? "";
      group.text = lower(`${group.classes.join(" ")} ${group.element.querySelector("summary").textContent} ${facts}`);
      group.texts = group.rows.map((row) => lower(row.textContent));
    }
    const left = words.filter((word) => !group.text.includes(word));
    return group.rows.filter((row, at) => left.every((word) => group.texts[at].includes(word))
      && selects.every((select) => !select.value || inRow(row, select) === select.value));
  }

  function apply() {
    const classes = checked();
    const words = lower(query.value).split(" ").filter(Boolean);
    const inRows = words.length > 0 || selects.some((select) => select.value);
    let seen = 0;
    let members = 0;
    for (const group of groups) {
      const rows = inRows ? new Set(fitting(group, words)) : null;
      const fits = (!classes.length || classes.some((name) => group.classes.includes(name))) && (!rows || rows.size > 0);
      group.element.hidden = !fits;
      for (const row of group.rows) row.hidden = rows !== null && !rows.has(row);
      group.number.textContent = !rows || rows.size === group.count
        ? group.whole : `${number(rows.size)} of ${number(group.count)}`;
      if (fits) {
        seen += 1;
        members += rows ? rows.size : group.count;
      }
    }
    for (const section of sections) section.hidden = !section.querySelector(".group:not([hidden])") && (classes.length > 0 || inRows);
    const narrowed = classes.length > 0 || inRows;
    const ofAll = `${services(total)} in ${number(allGroups)} group${allGroups === 1 ? "" : "s"}`;
    const isWhole = allGroups === groups.length && (!inRows || listed === total);
    if (!narrowed) shown.textContent = ofAll;
    else if (!seen) shown.textContent = `No matching services${isWhole ? "" : ` among ${number(listed)} listed`}`;
    else {
      const found = `${services(members)} in ${number(seen)} group${seen === 1 ? "" : "s"}`;
      // What is not listed cannot be searched.
      shown.textContent = isWhole ? found : `${found}, of ${number(inRows ? listed : groups.length)} listed`;
    }
    clear.hidden = !narrowed;
  }

  let anchor = "";

  // The fragment holds the place and the filter: #group-…&class=lost,moved&namespace=team-a&q=iris
  function remember() {
    const values = [["class", checked()], ...selects.map((select) => [select.name, select.value ? [select.value] : []])];
    const fragment = page.fragmentOf(anchor, [...values, ["q", query.value.trim() ? [query.value.trim()] : []]]);
    if (fragment !== location.hash.slice(1)) history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname);
  }

  function recall() {
    const { place, filter } = page.fragment();
    anchor = place;
    // A plain link to a place keeps the filter that is set.
    if (filter.size) {
      query.value = (filter.get("q") ?? [""]).join(",");
      for (const select of selects) select.value = (filter.get(select.name) ?? [""])[0];
      for (const input of form.querySelectorAll("input[type=checkbox]")) {
        input.checked = (filter.get("class") ?? []).includes(input.value);
      }
    }
    apply();
    if (anchor) visit(document.getElementById(anchor));
    remember();
  }

  function visit(place) {
    document.querySelector(".visited")?.classList.remove("visited");
    if (!place) return;
    // A link leads to its place, also when the filter hides it.
    if (place.closest("[hidden]")) {
      for (const input of form.querySelectorAll("input[type=checkbox]")) input.checked = false;
      for (const select of selects) select.value = "";
      query.value = "";
      apply();
    }
    if (place.localName === "details") {
      place.open = true;
      place.classList.add("visited");
    }
    place.scrollIntoView({ block: "start" });
    (place.querySelector(":scope > summary") ?? place).focus({ preventScroll: true });
  }

  // A namespace of the table is a filter.
  for (const row of document.querySelectorAll("#places tbody tr:not(.rest)")) {
    const cell = row.querySelector("th");
    const cluster = row.querySelector("td:first-child");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = cell.textContent;
    button.title = "Show its services";
    button.addEventListener("click", () => {
      const values = { namespace: cell.textContent, cluster: cluster?.textContent ?? "" };
      for (const select of selects) {
        // One that has no listed service is an option all the same, and the page says that nothing matches.
        if (![...select.options].some((option) => option.value === values[select.name])) {
          select.append(new Option(values[select.name], values[select.name]));
        }
        select.value = values[select.name];
      }
      filtered();
    });
    cell.replaceChildren(button);
  }

  // A tile is a filter, too.
  for (const link of document.querySelectorAll(".totals a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      for (const input of form.querySelectorAll("input[type=checkbox]")) input.checked = input.value === link.dataset.class;
      filtered();
    });
  }

  function filtered() {
    anchor = "";
    apply();
    remember();
    document.getElementById("groups").scrollIntoView({ block: "start" });
    document.getElementById("groups").focus({ preventScroll: true });
  }

  const quoted = (text) => /^[\w.@:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

  // Each service of an opened group gets a button that copies the command of its fix.
  function addCopies(group) {
    const patch = group.element.dataset.patch;
    if (!patch || group.copies) return;
    group.copies = true;
    const columns = group.element.querySelector(".services thead tr");
    const namespaceAt = columns.cells.length - 3;
    columns.append(Object.assign(document.createElement("th"), { scope: "col", textContent: "Fix" }));
    for (const row of group.rows) {
      const cells = [...row.cells];
      const name = cells[namespaceAt + 1].firstChild.textContent.trim();
      const namespace = cells[namespaceAt].textContent.trim();
      const command = `kubectl -n ${quoted(namespace)} patch inferenceservice ${quoted(name)} --type merge -p ${quoted(patch)}`;
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy" });
      button.setAttribute("aria-label", `Copy the command that fixes ${name}`);
      button.addEventListener("click", () => page.copy(button, command));
      row.insertCell().append(button);
    }
  }
  document.addEventListener("toggle", (event) => {
    const group = groups.find(({ element }) => element === event.target);
    if (group?.element.open) addCopies(group);
  }, true);

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
    for (const { element } of groups) if (!element.hidden || !open) element.open = open;
    openAll.setAttribute("aria-pressed", String(open));
  });
  window.addEventListener("hashchange", recall);
  // A second click on one link changes no fragment, and must lead there all the same.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (!link || event.defaultPrevented || link.getAttribute("href") !== `#${anchor}`) return;
    event.preventDefault();
    visit(document.getElementById(anchor));
  });

  form.hidden = false;
  // What is visited must not lie below the filter, which is as high as its chips need.
  const makeRoom = () => {
    const room = getComputedStyle(form).position === "sticky" ? form.offsetHeight : 0;
    document.documentElement.style.scrollPaddingTop = `${room}px`;
  };
  makeRoom();
  window.addEventListener("resize", makeRoom);
  recall();
  // At the end of loading the browser goes to the fragment its own way, and takes the focus away again.
  window.addEventListener("load", () => { if (anchor) setTimeout(() => visit(document.getElementById(anchor))); });
})();
