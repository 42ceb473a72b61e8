// The week of a kitchen by keyboard alone: arrows go from meal to meal, Home and End to the first and last day.
const links = () => [...document.querySelectorAll("[data-grid] .open-menu")];
const width = document.querySelector("[data-grid] tbody tr")?.querySelectorAll(".open-menu").length ?? 1;
const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width };

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const all = links();
  const at = all.indexOf(document.activeElement);
  let to = null;
  if (event.key in steps) {
    if (at < 0 && document.activeElement !== document.body) return;
    to = at < 0 ? 0 : at + steps[event.key];
  } else if (at >= 0 && event.key === "Home") to = 0;
  else if (at >= 0 && event.key === "End") to = all.length - 1;
  if (to === null || !all[to]) return;
  event.preventDefault();
  all[to].focus();
});
