// The pages at work (kitchen, packing, loading, close): forms are answered in place, Enter moves on, a refusal is heard.
(() => {
  "use strict";

  // A refusal is told by words, by a sign, and by two low tones; what was done by one high tone.
  let sound = null;
  const tone = (hertz, after, lasts) => {
    const wave = sound.createOscillator();
    const loud = sound.createGain();
    wave.frequency.value = hertz;
    loud.gain.value = 0.15;
    wave.connect(loud).connect(sound.destination);
    wave.start(sound.currentTime + after);
    wave.stop(sound.currentTime + after + lasts);
  };
  const beep = (isDone) => {
    try {
      sound = sound || new AudioContext();
    } catch {
      return;
    }
    if (isDone) {
      tone(1320, 0, 0.09);
    } else {
      tone(220, 0, 0.18);
      tone(165, 0.24, 0.3);
    }
  };

  const main = () => document.getElementById("main");

  const show = (html, focus) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.getElementById("main");
    if (!fresh) {
      location.reload();
      return;
    }
    const opened = [...document.querySelectorAll("#main details[open][id]")].map((one) => one.id);
    main().replaceChildren(...document.importNode(fresh, true).childNodes);
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    const said = main().querySelector("[data-said]");
    if (said) beep(said.dataset.said === "done");
    const next = main().querySelector("[data-next]") || (focus && document.getElementById(focus)) || null;
    if (next) {
      next.focus({ preventScroll: Boolean(said) });
      if (next.select) next.select();
    }
    if (said && said.dataset.said !== "done") said.scrollIntoView({ block: "nearest" });
  };

  const send = async (form, button) => {
    if (form.dataset.sending) return;
    form.dataset.sending = "yes";
    const body = new FormData(form, button);
    const focus = document.activeElement ? document.activeElement.id : "";
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(body),
        credentials: "same-origin",
        headers: { Accept: "text/html" },
      });
      if (answer.redirected && new URL(answer.url).pathname === "/login") {
        location.assign("/login");
        return;
      }
      show(await answer.text(), focus);
    } catch {
      const stale = document.getElementById("stale");
      if (stale) stale.hidden = false;
      beep(false);
    } finally {
      delete form.dataset.sending;
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-work]");
    if (!form) return;
    event.preventDefault();
    send(form, event.submitter);
  });

  // In a row of small fields Enter goes to the next one; in the last one it sends.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    const field = event.target.closest("form[data-enter] input:not([type=hidden])");
    if (!field) return;
    const fields = [...field.form.querySelectorAll("input:not([type=hidden]):not([type=checkbox])")];
    const next = fields[fields.indexOf(field) + 1];
    const isOver = field.hasAttribute("data-last") || !next;
    if (isOver) return;
    event.preventDefault();
    next.focus();
    next.select();
  });
})();
