// The kiosk: keys and card readers from anywhere on the screen, reading aloud, asking whether somebody is still there,
// and a screen of its own when the server does not answer. Without this script every screen still works by its buttons.
(() => {
  "use strict";

  const ASK_AFTER_MS = 60_000;
  const FORGET_AFTER_S = 30;
  const SEEN_EVERY_MS = 5 * 60_000;
  const LOOK_EVERY_MS = 30_000;
  const AGAIN_EVERY_MS = 5_000;
  const PATIENCE_MS = 12_000; // An answer that takes longer than this does not come.
  const READER_PAUSE_MS = 120; // A reader types a whole card within this pause between two keys; a finger does not.

  const kiosk = () => document.getElementById("kiosk");
  const dialog = (name) => document.getElementById(name);
  const visits = () => "visit" in kiosk().dataset;

  // ---- reading aloud: what is shown, in its order, in the chosen voice if the browser has one
  const speech = window.speechSynthesis;
  const voiceFor = (wanted) => {
    const tag = (voice) => voice.lang.replace("_", "-").toLowerCase();
    const others = { "zh-HK": ["yue", "yue-hk", "yue-hant-hk"], "zh-CN": ["cmn", "cmn-cn", "zh", "cmn-hans-cn"] }[wanted] ?? ["en"];
    const voices = speech?.getVoices?.() ?? [];
    return voices.find((voice) => tag(voice) === wanted.toLowerCase())
      ?? voices.find((voice) => others.some((other) => tag(voice) === other || (other === "en" && tag(voice).startsWith("en-"))));
  };
  const shown = (element) => element.checkVisibility?.() ?? true;
  const sentences = () => [...kiosk().querySelectorAll(".k-main [data-say]")].filter(shown).map((one) => one.innerText.trim()).filter(Boolean);
  const markSpeaking = (isOn) => kiosk().querySelector("[data-speak]")?.setAttribute("aria-pressed", String(isOn));
  const say = () => {
    const voice = voiceFor(kiosk().dataset.spoken);
    if (!voice) return;
    speech.cancel();
    const parts = sentences();
    parts.forEach((sentence, place) => {
      const spoken = new SpeechSynthesisUtterance(sentence);
      spoken.lang = voice.lang;
      spoken.voice = voice;
      spoken.rate = 0.9;
      if (place === 0) spoken.onstart = () => markSpeaking(true);
      if (place === parts.length - 1) spoken.onend = () => markSpeaking(false);
      speech.speak(spoken);
    });
  };
  const offerSpeech = () => {
    const button = kiosk().querySelector("[data-speak]");
    if (button) button.hidden = !voiceFor(kiosk().dataset.spoken);
  };
  speech?.addEventListener?.("voiceschanged", offerSpeech);

  // ---- still there?
  let asked = 0;
  let count = 0;
  const rest = () => {
    clearTimeout(asked);
    clearInterval(count);
    if (visits()) asked = setTimeout(ask, ASK_AFTER_MS);
  };
  const ask = () => {
    const still = dialog("still");
    if (dialog("away").open) return rest();
    const lead = still.querySelector("[data-lead]");
    let left = FORGET_AFTER_S;
    const tell = () => {
      still.querySelector("[data-count]").textContent = left;
      lead.textContent = lead.dataset.lead.replace("#", left);
    };
    tell();
    still.showModal();
    still.querySelector("[name=do][value=still]").focus();
    count = setInterval(() => {
      left -= 1;
      tell();
      if (left > 0) return;
      clearInterval(count);
      still.querySelector("[data-gone]").click();
    }, 1000);
  };
  for (const touch of ["pointerdown", "keydown", "input", "scroll"]) {
    document.addEventListener(touch, () => { if (!dialog("still").open) rest(); }, { passive: true, capture: true });
  }
  // Closing the question by Escape is an answer too.
  document.addEventListener("cancel", (event) => {
    if (event.target.id !== "still") return;
    event.preventDefault();
    event.target.querySelector("[value=still]").click();
  }, true);

  // ---- keys of the pad, and a reader that types a card's number and Enter wherever the focus is
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.hasAttribute("data-print")) window.print();
    if (button.hasAttribute("data-again")) look();
    if (button.hasAttribute("data-speak")) {
      if (button.getAttribute("aria-pressed") === "true") { speech.cancel(); markSpeaking(false); } else say();
    }
    if (button.getAttribute("aria-disabled") === "true") event.preventDefault();
    const field = kiosk().querySelector("[data-given]");
    if (button.dataset.key && field) {
      event.preventDefault();
      field.value = button.dataset.key === "back" ? field.value.slice(0, -1) : field.value + button.dataset.key;
    }
  }, true);

  let read = "";
  let readAt = 0;
  let held = null;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const now = performance.now();
    const isFast = now - readAt < READER_PAUSE_MS;
    readAt = now;
    if (event.key.length === 1) {
      read = isFast ? read + event.key : event.key;
      const field = kiosk().querySelector("[data-given]");
      if (field && document.activeElement !== field && /[\w:-]/.test(event.key)) {
        event.preventDefault();
        field.value = isFast && read.length > 1 ? field.value + event.key : read;
      }
      return;
    }
    if (event.key !== "Enter") return;
    const given = read;
    read = "";
    const field = kiosk().querySelector("[data-given]");
    if (field) {
      if (document.activeElement === field || (isFast && given.length > 3)) {
        event.preventDefault();
        if (field.value.trim()) send(field.form, field.form.querySelector("[value=who]"));
      }
    } else if (isFast && given.length > 3 && !(document.activeElement instanceof HTMLInputElement)) {
      // A card in the middle of an order: the server asks whose turn it is.
      event.preventDefault();
      held = given;
      swipe();
    }
  }, true);
  const send = (form, button) => form.requestSubmit(button);
  const swipe = () => {
    const form = kiosk().querySelector(".k-foot form").cloneNode(false);
    for (const [name, value] of [["turn", kiosk().dataset.turn], ["given", held]]) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    const button = Object.assign(document.createElement("button"), { name: "do", value: "who", hidden: true });
    form.append(button);
    form.hidden = true;
    kiosk().querySelector(".k-foot").append(form);
    window.htmx.process(form);
    send(form, button);
  };

  // ---- one answer at a time: a second tap waits for the screen that the first one brings
  let isBusy = false;
  let patience = 0;
  document.addEventListener("submit", (event) => {
    if (!isBusy) {
      isBusy = true;
      kiosk().setAttribute("aria-busy", "true");
      patience = setTimeout(away, PATIENCE_MS);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  const done = () => { isBusy = false; clearTimeout(patience); kiosk().removeAttribute("aria-busy"); };

  // ---- a key-pad that is closed for some minutes: the screen is loaded anew when it opens
  let reopening = 0;
  const waitForPad = () => {
    clearTimeout(reopening);
    const shut = kiosk().querySelector("[data-reopens-s]");
    if (shut) reopening = setTimeout(() => location.reload(), Number(shut.dataset.reopensS) * 1000);
  };

  // ---- what comes back
  const fresh = () => {
    done();
    const here = kiosk();
    document.documentElement.lang = here.lang;
    window.scrollTo(0, 0);
    offerSpeech();
    speech?.cancel?.();
    const title = here.querySelector("h1");
    const field = here.querySelector("[data-given]");
    (field ?? title)?.focus({ preventScroll: true });
    rest();
    waitForPad();
    if (visits()) say();
  };
  // ---- no network: said over the whole screen, asked again every few seconds until the server answers; what it then
  // shows is what it knows, so nothing is ordered by half and nothing twice
  let again = 0;
  const away = () => {
    done();
    clearTimeout(asked);
    clearInterval(count);
    speech?.cancel?.();
    if (dialog("still").open) dialog("still").close();
    if (!dialog("away").open) dialog("away").showModal();
    clearTimeout(again);
    again = setTimeout(look, AGAIN_EVERY_MS);
  };
  const look = async () => {
    const limit = { headers: { "Cache-Control": "no-cache" }, signal: AbortSignal.timeout(PATIENCE_MS) };
    const html = await fetch("/kiosk", limit).then((answer) => (answer.status < 500 ? answer.text() : null)).catch(() => null);
    if (html === null) return away();
    const anew = new DOMParser().parseFromString(html, "text/html");
    const here = anew.getElementById("kiosk");
    const isSameCode = anew.querySelector("script[src*=kiosk]")?.getAttribute("src") === document.querySelector("script[src*=kiosk]").getAttribute("src");
    // No kiosk any more, or a newer page: whole. Otherwise in its place, without a moment that could fail half-way.
    if (!here || !isSameCode) return location.reload();
    if (!dialog("away").open) return undefined;
    clearTimeout(again);
    kiosk().replaceWith(document.adoptNode(here));
    window.htmx.process(kiosk());
    return fresh();
  };
  window.addEventListener("offline", away);
  window.addEventListener("online", look);
  document.addEventListener("htmx:after:swap", fresh);
  document.addEventListener("htmx:error", away);
  document.addEventListener("htmx:response:error", (event) => {
    const status = event.detail?.ctx?.response?.status;
    if (status === 401 || status === 403 || status === 422) location.reload(); else away();
  });

  // ---- nobody there: the start screen looks now and then whether it is still a kiosk, and says that it is alive
  setInterval(() => { if (!visits() && !isBusy) look(); }, LOOK_EVERY_MS);
  setInterval(() => { fetch("/kiosk/seen", { method: "POST" }).catch(() => null); }, SEEN_EVERY_MS);

  offerSpeech();
  waitForPad();
  kiosk().querySelector("[data-given]")?.focus({ preventScroll: true });
  rest();
})();
