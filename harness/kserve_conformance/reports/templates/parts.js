// What every page does with what it shows: commands can be copied, whatever scrolls can be reached, print has all.
const page = (() => {
  "use strict";

  const decoded = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return "";
    }
  };

  // The fragment holds a place and a filter: #scenario-…&verdict=failed,errored&q=priority
  function fragment() {
    const parts = location.hash.slice(1).split("&").filter(Boolean);
    const filter = new Map(parts.filter((part) => part.includes("=")).map((part) => [
      part.slice(0, part.indexOf("=")),
      part.slice(part.indexOf("=") + 1).split(",").map(decoded),
    ]));
    return { place: decoded(parts.find((part) => !part.includes("=")) ?? ""), filter };
  }

  function fragmentOf(place, filter) {
    const parts = place ? [encodeURIComponent(place)] : [];
    for (const [name, values] of filter) {
      if (values.length) parts.push(`${name}=${values.map(encodeURIComponent).join(",")}`);
    }
    return parts.join("&");
  }

  async function copy(button, text, selected) {
    const before = button.dataset.text ??= button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      // Without access to the clipboard the command is selected, ready to be copied by hand.
      if (selected) getSelection().selectAllChildren(selected);
      button.textContent = selected ? "Selected" : "Not copied";
    }
    document.getElementById("shown").textContent = `Command ${button.textContent.toLowerCase()}`;
    setTimeout(() => { button.textContent = before; }, 2000);
  }

  function copyable(command) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy the command");
    const text = command.querySelector("pre");
    button.addEventListener("click", () => copy(button, text.textContent, text));
    command.append(button);
  }

  // What scrolls sideways must be reachable without a pointer, and say what it is.
  function reachable(block) {
    if (block.scrollWidth <= block.clientWidth && block.scrollHeight <= block.clientHeight) return;
    block.tabIndex = 0;
    block.setAttribute("role", "region");
    block.setAttribute("aria-label", block.localName === "pre" ? "Text, scrolls" : "Table, scrolls");
  }

  // A page can have thousands of commands: those of a closed part wait until it is opened.
  function prepare(place) {
    for (const command of place.querySelectorAll(".reproduce:not(:has(button))")) {
      if (!command.closest("details:not([open])")) copyable(command);
    }
    place.querySelectorAll("pre:not([tabindex]), .scroll:not([tabindex])").forEach(reachable);
  }

  document.addEventListener("toggle", (event) => { if (event.target.open) prepare(event.target); }, true);
  prepare(document);

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const element of closed) element.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const element of closed) element.open = false;
  });

  return { copy, decoded, fragment, fragmentOf };
})();
