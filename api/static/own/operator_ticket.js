// A paper ticket by digits: each digit goes on to the next day of the same meal, after the last day to the next meal.
(() => {
  "use strict";

  const form = document.getElementById("ticket");
  if (!form) {
    document.querySelector("a.pick, #who")?.focus();
    return;
  }
  const rows = [...form.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td")].map((one) => one.querySelector("input")));
  const meals = Math.max(...rows.map((row) => row.length));
  const order = [];
  for (let meal = 0; meal < meals; meal += 1) for (const row of rows) if (row[meal]) order.push(row[meal]);
  const go = (from, by) => {
    const next = order[order.indexOf(from) + by];
    next?.focus();
    next?.select();
  };
  form.addEventListener("input", (event) => {
    if (/^[0-9]$/.test(event.target.value)) go(event.target, 1);
    else if (event.target.maxLength === 1) event.target.value = "";
  });
  form.addEventListener("keydown", (event) => {
    const one = event.target;
    if (!order.includes(one)) return;
    if (event.key === " " || event.key === "-") {
      event.preventDefault();
      one.value = "";
      go(one, 1);
    } else if (event.key === "Backspace" && !one.value) {
      event.preventDefault();
      go(one, -1);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      go(one, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      event.preventDefault();
      const row = rows.find((some) => some.includes(one));
      const place = row.indexOf(one) + (event.key === "ArrowRight" ? 1 : -1);
      row[place]?.focus();
      row[place]?.select();
    }
  });
  (form.querySelector("[aria-invalid]") || order[0])?.focus();
})();
