// What every page does with what it shows: commands can be copied, and whatever scrolls can be reached.
(() => {
  "use strict";

  function copyable(command) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy the command");
    button.addEventListener("click", async () => {
      const text = command.querySelector("pre").textContent;
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        // Without access to the clipboard the command is selected, ready to be copied by hand.
        getSelection().selectAllChildren(command.querySelector("pre"));
        button.textContent = "Selected";
      }
      document.getElementById("shown").textContent = `Command ${button.textContent.toLowerCase()}`;
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
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
})();
