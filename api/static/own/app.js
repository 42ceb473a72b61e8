// Small things every page needs: printing, closing menus, telling that what is shown is old, keeping the session alive.
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    for (const open of document.querySelectorAll("details.me[open], details.other-day[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll("details.me[open], details.other-day[open]")) open.open = false;
  });

  // The board asks again every 15 s. When no answer comes, what is on the screen must not pass for the present.
  const stale = document.getElementById("stale");
  let answered = new Date();
  const say = (isOld) => {
    stale.hidden = !isOld;
    if (isOld) {
      stale.lastElementChild.textContent = answered.toTimeString().slice(0, 8);
    } else {
      answered = new Date();
    }
  };
  document.addEventListener("htmx:error", () => say(true));
  document.addEventListener("htmx:response:error", () => say(true));
  document.addEventListener("htmx:after:swap", () => say(false));

  // A read never extends a session; whoever reads a board all day says so by touching it.
  const address = document.body.dataset.keepSession;
  const every = 10 * 60 * 1000;
  let told = Date.now();
  const stillHere = () => {
    if (!address || Date.now() - told < every) return;
    told = Date.now();
    fetch(address, { method: "POST", credentials: "same-origin" }).catch(() => say(true));
  };
  document.addEventListener("pointerdown", stillHere, { passive: true });
  document.addEventListener("keydown", stillHere);
})();
