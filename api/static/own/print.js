// The print centre by keyboard: arrows move from paper to paper, Enter prints, slash goes to the code.
(() => {
  "use strict";

  const code = document.getElementById("code");
  const rows = [...document.querySelectorAll("#print-rows li")];
  const button = (row) => row.querySelector(".print-now .go") || row.querySelector("summary[class~=go]");
  const at = () => rows.findIndex((row) => row.contains(document.activeElement));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    if (event.key === "/" && code) {
      event.preventDefault();
      code.focus();
      code.select();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && rows.length) {
      event.preventDefault();
      button(rows[Math.min(rows.length - 1, Math.max(0, at() + step))]).focus();
    }
  });
  // What was printed in the other tab shows here when its reader comes back.
  let printed = false;
  document.addEventListener("submit", (event) => {
    printed ||= event.target.target === "_blank";
  });
  window.addEventListener("focus", () => {
    if (printed) window.location.reload();
  });
})();
