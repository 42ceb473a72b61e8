// The desk's lists by keyboard: arrows move from row to row over all lists, Enter opens, Y and N note a try.
(() => {
  "use strict";

  const rows = [...document.querySelectorAll("#lists .open")];
  const at = () => rows.indexOf(document.activeElement);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input")) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && rows.length) {
      event.preventDefault();
      rows[Math.min(rows.length - 1, Math.max(0, at() + step))].focus();
      return;
    }
    const value = { y: "true", n: "false" }[event.key.toLowerCase()];
    const button = value && at() >= 0 && rows[at()].parentElement.querySelector(`button[value=${value}]`);
    if (button) button.click();
  });
  rows[0]?.focus();
})();
