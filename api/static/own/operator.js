// The telephone desk: every key at one place. The page always holds what the server last said; a key sends one act with
// the stamp of the meal that was on the screen, and shows the desk that comes back.
(() => {
  "use strict";

  const desk = document.getElementById("desk");
  if (!desk) return;
  const find = document.getElementById("q");
  const found = document.getElementById("found");
  const said = document.getElementById("said");
  const waiting = document.getElementById("waiting");
  const line = document.getElementById("line");
  const onOff = document.getElementById("keys-on");
  const WAYS = { h: "home", d: "dine_in", p: "pick_up" };
  const SOURCES = { t: "phone", f: "family", k: "worker", b: "bulk" };
  const PROMPTS = { x: "cancel", s: "stop", c: "call_back", w: "worry", l: "late" };
  const DIRECTIONS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  let source = desk.dataset.source;
  let way = null; // until a key says otherwise, each meal goes the usual way
  let chosen = null; // "2026-11-23 lunch"
  let queue = Promise.resolve();
  let began = null;
  let calls = [];
  let lastDone = null;
  let steps = 0; // how many keys the present call has taken; tests read it

  const now = () => desk.querySelector(".desk-now");
  const elder = () => now().dataset.elder;
  const call = () => now().dataset.call;
  const cells = () => [...desk.querySelectorAll(".cell")];
  const cell = () => cells().find((one) => one.dataset.day + " " + one.dataset.meal === chosen);
  const key = () => [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16).padStart(2, "0")).join("");
  const isOn = () => onOff.getAttribute("aria-pressed") === "true";

  const ask = async (address, options = {}) => {
    const answer = await fetch(address, { credentials: "same-origin", ...options, headers: { "HX-Request": "true", ...options.headers } });
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) location.assign(elsewhere);
    return answer;
  };
  const body = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== ""));
  const say = (sentence, isWrong) => {
    said.hidden = !sentence;
    said.textContent = sentence || "";
    said.classList.toggle("is-wrong", Boolean(isWrong));
  };

  // ---- what the desk shows

  const select = (one, moveFocus = true) => {
    for (const other of cells()) {
      other.classList.toggle("is-chosen", other === one);
      other.tabIndex = other === one ? 0 : -1;
      if (other === one) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
    if (!one) return;
    chosen = one.dataset.day + " " + one.dataset.meal;
    if (courses && courses.of !== chosen) dropCourses();
    if (moveFocus) one.focus({ preventScroll: innerWidth > 900 });
    showDishes(one);
  };
  const showDishes = async (one) => {
    const place = document.getElementById("dishes");
    if (!place || one.dataset.state === "not_served") {
      if (place) place.replaceChildren();
      return;
    }
    const wanted = chosen;
    const answer = await ask(`/operator/dishes?${body({ elder: elder(), day: one.dataset.day, meal: one.dataset.meal })}`);
    if (!answer.ok || wanted !== chosen) return;
    const html = await answer.text();
    if (wanted !== chosen || courses?.questions) return;
    place.innerHTML = html;
    place.dataset.of = wanted;
  };
  const firstChoice = () => cell() || desk.querySelector(".cell[data-next]") || desk.querySelector(".cell[data-may]") || cells()[0];
  const show = (html, { keep = false } = {}) => {
    const before = elder();
    desk.innerHTML = html;
    if (before !== elder()) dropCourses();
    if (!keep || before !== elder()) {
      chosen = null;
      way = null;
      source = desk.dataset.source;
    }
    const { said: done, wrong, forS } = now().dataset;
    say(wrong || done, Boolean(wrong));
    began = forS === "" ? null : Date.now() - Number(forS) * 1000;
    mark();
    tick();
    if (elder()) select(firstChoice());
    else desk.querySelector(".pick")?.focus();
  };
  const mark = () => {
    for (const one of desk.querySelectorAll(".as")) one.setAttribute("aria-pressed", String(one.dataset.source === source));
    for (const one of document.querySelectorAll(".key[data-key-of]")) {
      const letter = one.dataset.keyOf.toLowerCase();
      one.classList.toggle("is-set", (way !== null && WAYS[letter] === way) || SOURCES[letter] === source);
    }
  };
  const tick = () => {
    const timer = document.getElementById("timer");
    if (!timer) return;
    const seconds = began === null ? 0 : Math.max(0, Math.floor((Date.now() - began) / 1000));
    timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    timer.closest(".timer").classList.toggle("is-long", began !== null && seconds >= 30);
  };
  const open = async (values, options) => {
    const answer = await ask(`/operator/now?${body(values)}`);
    show(await answer.text(), options);
    history.replaceState(null, "", `/operator?${body({ elder: elder(), call: call(), line: line?.value })}`);
    document.body.dataset.shown = elder() || call() || "nobody";
  };
  const reload = () => open({ elder: elder(), call: call(), first: now().dataset.first }, { keep: true });

  // ---- acts: one after the other, so that a fast hand loses nothing

  let pending = 0;
  const inTurn = (act) => {
    pending += 1;
    document.body.dataset.busy = "yes";
    queue = queue.then(act).catch(() => say(document.querySelector("#stale").firstChild.textContent, true));
    queue.then(() => {
      pending -= 1;
      if (pending === 0) delete document.body.dataset.busy;
    });
    return queue;
  };
  const send = async (address, values, after) => {
    const answer = await ask(address, { method: "POST", body: body({ call: call(), elder: elder(), first: now().dataset.first, ...values }) });
    show(await answer.text(), { keep: true });
    if (answer.ok && after) after();
  };
  const order = (number) => {
    if (number && cell()?.dataset.sets?.split(" ").includes(String(number))) return startCourses(number);
    return inTurn(() => orderNow(number));
  };
  const orderNow = async (number, choices = []) => {
    let one = cell();
    if (!number && one && !one.dataset.may && !(one.dataset.has && way && !one.dataset.closed)) one = nextOpen(one);
    if (!one) return say(document.querySelector(".key[data-key-of=Enter]").textContent, false);
    chosen = one.dataset.day + " " + one.dataset.meal;
    const values = { kind: "order", day: one.dataset.day, meal: one.dataset.meal, seen: one.dataset.seen, number, way, source, choices: choices.join(" "), key: key() };
    const isNew = Boolean(one.dataset.may);
    await send("/operator/act", values, () => {
      const next = isNew && !number && nextOpen(cell());
      if (next) select(next);
    });
  };
  const nextOpen = (from) => {
    const all = byDay();
    const open_ = all.filter((one) => one.dataset.open);
    const place = all.indexOf(from);
    return open_.find((one) => all.indexOf(one) > place) || open_[0];
  };
  const byDay = () => cells();
  const undo = () => inTurn(() => send("/operator/undo", {}));
  const again = () => inTurn(() => send("/operator/act", { kind: "resume", key: key() }));
  const keepNumber = () => inTurn(() => send("/operator/act", { kind: "phone", phone: now().dataset.caller, key: key() }));
  const changeWay = (wanted) => {
    way = wanted;
    mark();
    // In turn: the meal may just be on its way to the kitchen.
    inTurn(async () => {
      const one = cell();
      if (one?.dataset.has && !one.dataset.closed) await orderNow(0);
    });
  };

  // ---- courses of a set meal: one digit an option, the order goes with the last one; Enter leaves the rest to the kitchen

  let courses = null; // { number, of, questions, chosen, typed }: what is being chosen, keys typed ahead of its screen
  const dropCourses = () => {
    courses = null;
    delete document.body.dataset.course;
  };
  const isCourse = (one) => courses === one && chosen === one.of;
  const startCourses = (number) => {
    const mine = { number, of: chosen, questions: null, chosen: [], typed: [] };
    courses = mine;
    // In turn: the meal that it is about may just be on its way to the kitchen.
    return inTurn(async () => {
      if (!isCourse(mine)) return;
      const place = document.getElementById("dishes");
      if (!place.querySelector("template.course") || place.dataset.of !== mine.of) await showDishes(cell());
      if (!isCourse(mine)) return;
      mine.questions = [...place.querySelectorAll(`template.course[data-number="${number}"]`)].map((one) => ({
        pick: Number(one.dataset.pick),
        content: one.content,
      }));
      drawCourse();
      for (const typed of mine.typed.splice(0)) if (courses === mine) courseKey(typed);
    });
  };
  const courseAt = () => courses.questions[courses.chosen.length - 1];
  const drawCourse = () => {
    if (courses.chosen.length === 0) courses.chosen.push([]);
    if (courses.chosen.length > courses.questions.length) return endCourses(true);
    const place = document.getElementById("dishes");
    place.replaceChildren(courseAt().content.cloneNode(true));
    for (const one of place.querySelectorAll(".option-key")) {
      one.setAttribute("aria-pressed", String(courses.chosen.at(-1).includes(one.dataset.option)));
    }
    document.body.dataset.course = String(courses.chosen.length);
    place.scrollIntoView({ block: "nearest" });
    return undefined;
  };
  const endCourses = (isDone) => {
    const done = courses;
    dropCourses();
    if (isDone) return inTurn(() => orderNow(done.number, done.chosen.flat()));
    return cell() && showDishes(cell());
  };
  const pickOption = (code) => {
    const picked = courses.chosen.at(-1);
    if (picked.includes(code)) picked.splice(picked.indexOf(code), 1);
    else picked.push(code);
    if (picked.length >= courseAt().pick) courses.chosen.push([]);
    drawCourse();
  };
  const courseKey = (pressed) => {
    if (!courses.questions) {
      if (pressed === "Escape") return endCourses(false), true;
      courses.typed.push(pressed);
      return true;
    }
    const option = /^[1-9]$/.test(pressed) && document.querySelectorAll("#dishes .option-key")[Number(pressed) - 1];
    if (option) pickOption(option.dataset.option);
    else if (pressed === "Enter") endCourses(true);
    else if (pressed === "Escape") endCourses(false);
    else if (pressed === "Backspace") {
      if (courses.chosen.at(-1).length) courses.chosen.at(-1).pop();
      else if (courses.chosen.length > 1) courses.chosen.pop(), courses.chosen.at(-1).pop();
      else return endCourses(false), true;
      drawCourse();
    } else return Boolean(DIRECTIONS[pressed]) === false && pressed.length === 1;
    return true;
  };

  // ---- questions: one line, shut by Esc

  const asking = () => desk.querySelector(".prompt:not([hidden])");
  const prompt = (kind) => {
    const form = desk.querySelector(`.prompt[data-kind=${kind}]`);
    if (!form) return;
    asking()?.setAttribute("hidden", "");
    form.hidden = false;
    const one = cell();
    form.querySelector(".about").textContent = ["cancel", "late"].includes(kind) && one ? chosenName(one) : "";
    if (form.elements.from_day && one) form.elements.from_day.value = one.dataset.day.slice(5);
    const words = [...(document.querySelector(`template.quick[data-kind=${kind}]`)?.content.querySelectorAll("b") || [])];
    form.querySelector(".quick-words").replaceChildren(
      ...words.map((word, place) => {
        const shown = document.createElement("span");
        shown.textContent = `${place + 1} ${word.textContent}`;
        return shown;
      }),
    );
    form.querySelector("input").focus();
    form.querySelector("input").select();
  };
  const chosenName = (one) => `${one.dataset.day.slice(5)} ${desk.querySelectorAll("thead th")[[...one.closest("tr").children].indexOf(one.parentElement)].textContent}`;
  const shut = () => {
    const form = asking();
    if (!form) return false;
    form.hidden = true;
    form.reset();
    cell()?.focus();
    return true;
  };
  const word = (kind, typed, wantsValue) => {
    const words = [...(document.querySelector(`template.quick[data-kind=${kind}]`)?.content.querySelectorAll("b") || [])];
    const one = /^[1-9]$/.test(typed) ? words[Number(typed) - 1] : undefined;
    return one ? (wantsValue ? one.dataset.value : one.textContent) : typed;
  };
  const answer = (form) => {
    const kind = form.dataset.kind;
    const values = { kind, key: key(), source };
    for (const { name, value } of form.querySelectorAll("input")) values[name] = value;
    if (values.reason !== undefined) values.reason = word(kind, values.reason.trim(), false);
    if (values.away !== undefined) values.away = word(kind, values.away.trim() || "5", true);
    const one = cell();
    if (["cancel", "late"].includes(kind) && one) Object.assign(values, { day: one.dataset.day, meal: one.dataset.meal, seen: one.dataset.seen, way });
    if (kind === "late" && one?.dataset.has) values.kind = "cancel";
    if (kind === "call_back") values.phone = now().dataset.caller;
    shut();
    inTurn(() => send("/operator/act", values));
  };

  // ---- calls

  const begin = async (caller) => {
    if (desk.dataset.hasCalls === "" || call()) return call();
    const answered = await ask("/operator/calls", { method: "POST", body: body({ caller, key: key() }) });
    return answered.ok ? String((await answered.json()).id) : "";
  };
  const take = (id) =>
    inTurn(async () => {
      const answered = await ask(`/operator/calls/${id}/take`, { method: "POST" });
      if (!answered.ok) return say((await answered.json()).wrong, true);
      steps = 0;
      await open({ call: id });
      const about = elder();
      if (about) await ask(`/operator/calls/${id}/elder`, { method: "POST", body: body({ elder: about }) });
    });
  const choose = (number) =>
    inTurn(async () => {
      const typed = find.value.replace(/[^0-9]/g, "");
      const id = await begin(typed.length >= 7 ? typed : "");
      leaveSearch();
      if (id) await ask(`/operator/calls/${id}/elder`, { method: "POST", body: body({ elder: number }) });
      await open({ elder: number, call: id });
    });
  const end = () =>
    inTurn(async () => {
      const id = call();
      if (id) {
        const answered = await ask(`/operator/calls/${id}/done`, { method: "POST" });
        const told = await answered.json();
        if (!answered.ok) return say(told.wrong, true);
        lastDone = id;
      }
      began = null;
      await open({});
      document.body.dataset.steps = String(steps);
      steps = 0;
      find.focus();
    });
  const goOn = () =>
    inTurn(async () => {
      const answered = await ask(`/operator/calls/${lastDone}/reopen`, { method: "POST" });
      if (answered.ok) await open({ call: lastDone });
      lastDone = null;
    });
  const listen = async () => {
    if (desk.dataset.hasCalls === "" || document.hidden) return;
    const answered = await ask(`/operator/waiting?${body({ line: line.value })}`).catch(() => null);
    if (!answered?.ok) return;
    ({ calls } = await answered.json());
    waiting.hidden = calls.length === 0;
    const sentence = calls.map((one) => `${one.caller || waiting.dataset.sayUnknown}${one.line ? ` → ${one.line}` : ""}`).join("　");
    const text = calls.length ? `${waiting.dataset.sayWaits} ${sentence} — A ${waiting.dataset.sayTake}` : "";
    if (waiting.textContent !== text) waiting.textContent = text;
    // A call on the own line opens itself before the receiver is up; on all lines it waits for the key.
    if (calls.length && line.value && !call() && !elder() && !document.body.dataset.busy && !find.value) take(calls[0].id);
  };

  // ---- search

  let late = 0;
  let asked = "";
  const picks = () => [...(found.hidden ? desk : found).querySelectorAll(".pick")];
  const search = async () => {
    const typed = find.value.trim();
    if (typed === asked) return;
    asked = typed;
    if (!typed) {
      found.hidden = true;
      return;
    }
    const answered = await ask(`/operator/find?${body({ q: typed })}`);
    const html = await answered.text();
    if (asked !== typed) return;
    found.innerHTML = html;
    found.hidden = false;
    found.querySelector(".pick")?.classList.add("is-first");
    document.body.dataset.found = typed;
  };
  const leaveSearch = () => {
    find.value = "";
    asked = "";
    found.hidden = true;
    found.replaceChildren();
  };
  find.addEventListener("input", () => {
    clearTimeout(late);
    late = setTimeout(search, 60);
  });
  document.getElementById("find").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(late);
    inTurn(search).then(() => {
      const first = found.querySelector(".pick");
      if (first) choose(first.dataset.elder);
    });
  });

  // ---- keys and clicks

  const move = (pressed, from, all) => {
    const place = all.indexOf(from);
    const next = all[Math.min(all.length - 1, Math.max(0, place + (pressed === "ArrowDown" ? 1 : -1)))];
    next?.focus();
  };
  const step = ([down, right]) => {
    const rows = [...desk.querySelectorAll(".grid tbody tr")].map((row) => [...row.querySelectorAll(".cell")]);
    const one = cell() || firstChoice();
    const y = rows.findIndex((row) => row.includes(one));
    const x = rows[y].indexOf(one);
    const wanted = rows[Math.min(rows.length - 1, Math.max(0, y + down))];
    select(wanted[Math.min(wanted.length - 1, Math.max(0, x + right))]);
  };
  const turn = (weeks) => {
    const first = new Date(`${now().dataset.first}T12:00:00Z`);
    first.setUTCDate(first.getUTCDate() + 7 * weeks);
    chosen = null;
    inTurn(() => open({ elder: elder(), call: call(), first: first.toISOString().slice(0, 10) }, { keep: true }));
  };
  const press = (pressed) => {
    const letter = pressed.toLowerCase();
    if (courses && courseKey(pressed)) return true;
    if (courses) endCourses(false);
    if (pressed === "/") return find.focus(), find.select(), true;
    if (letter === "a" && calls.length) return take(calls[0].id), true;
    if (!elder()) {
      if (/^[1-9]$/.test(pressed) && picks()[Number(pressed) - 1]) return choose(picks()[Number(pressed) - 1].dataset.elder), true;
      if (letter === "u" && lastDone) return goOn(), true;
      if (pressed === "Escape" && call()) return end(), true;
      return false;
    }
    if (DIRECTIONS[pressed]) return step(DIRECTIONS[pressed]), true;
    if (pressed === "Enter") return order(0), true;
    if (/^[1-9]$/.test(pressed)) return order(Number(pressed)), true;
    if (WAYS[letter]) return changeWay(WAYS[letter]), true;
    if (SOURCES[letter]) return (source = SOURCES[letter]), mark(), true;
    if (PROMPTS[letter]) return prompt(PROMPTS[letter]), true;
    if (letter === "u") return undo(), true;
    if (letter === "r") return again(), true;
    if (pressed === "+") return keepNumber(), true;
    if (pressed === "[" || pressed === "PageUp") return turn(-1), true;
    if (pressed === "]" || pressed === "PageDown") return turn(1), true;
    if (pressed === "Escape") return end(), true;
    return false;
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key.length === 1 || ["Enter", "Escape"].includes(event.key) || DIRECTIONS[event.key]) steps += 1;
    const inField = event.target.closest("input, select, textarea");
    if (inField) {
      if (event.key === "Escape") {
        event.preventDefault();
        if (shut()) return;
        if (inField === find && (find.value || elder())) {
          leaveSearch();
          if (elder()) cell()?.focus();
          return;
        }
        if (inField === find && call()) end();
        inField.blur();
      } else if (inField === find && event.key === "ArrowDown") {
        event.preventDefault();
        picks()[0]?.focus();
      } else if (inField === find && !find.value && event.key.toLowerCase() === "a" && calls.length) {
        event.preventDefault();
        take(calls[0].id);
      } else if (inField === find && !find.value && event.key.toLowerCase() === "u" && lastDone) {
        event.preventDefault();
        goOn();
      }
      return;
    }
    const pick = event.target.closest(".pick");
    if (pick && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      return move(event.key, pick, picks());
    }
    // What has the focus and is no cell keeps its own Enter.
    if (event.key === "Enter" && event.target.closest("a, button, summary") && !event.target.closest(".cell")) return;
    if (!isOn() || event.repeat) return;
    if (press(event.key)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const hit = (name) => event.target.closest(name);
    if (hit(".pick")) return choose(hit(".pick").dataset.elder);
    if (hit(".option-key")) return courses && pickOption(hit(".option-key").dataset.option);
    if (hit("[data-course]")) return courses && courseKey({ rest: "Enter", back: "Backspace", leave: "Escape" }[hit("[data-course]").dataset.course]);
    if (hit(".dish-key")) return order(Number(hit(".dish-key").dataset.number));
    if (hit("[data-do]")) return press(hit("[data-do]").dataset.do);
    if (hit(".as")) return press(Object.entries(SOURCES).find(([, name]) => name === hit(".as").dataset.source)[0]);
    if (hit("[data-shut]")) return shut();
    if (hit(".cell")) return select(hit(".cell"));
    return undefined;
  });
  desk.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(event.target);
  });
  onOff.addEventListener("click", () => onOff.setAttribute("aria-pressed", String(!isOn())));
  line?.addEventListener("change", () => {
    localStorage.setItem("nuanfan-line", line.value);
    line.blur();
  });

  if (line && !line.value) line.value = localStorage.getItem("nuanfan-line") || "";
  const first = desk.innerHTML;
  show(first);
  document.body.dataset.shown = elder() || call() || "nobody";
  if (!elder()) find.focus();
  setInterval(tick, 500);
  setInterval(listen, 1000);
  listen();
  if (call() && elder() && !now().dataset.taken) take(call());
})();
