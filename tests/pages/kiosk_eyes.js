// What an elder's eyes and fingers need: sizes of text and of targets, gaps between them, and what needs scrolling.
() => {
  const seen = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 2;
  const name = (element) => `<${element.tagName.toLowerCase()}> ${(element.innerText || element.getAttribute("aria-label") || "").trim().slice(0, 30)}`;
  const kiosk = document.getElementById("kiosk");
  const texts = [...kiosk.querySelectorAll("*")].filter((one) => seen(one) && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  const sizes = texts.map((one) => parseFloat(getComputedStyle(one).fontSize));
  const tight = texts.filter((one) => parseFloat(getComputedStyle(one).lineHeight) / parseFloat(getComputedStyle(one).fontSize) < 1.29 && !one.closest(".k-count")).map(name);
  const targets = [...kiosk.querySelectorAll("button:not([aria-hidden]), input:not([type=hidden]), a")].filter(seen);
  const box = (one) => one.getBoundingClientRect();
  const small = targets.filter((one) => box(one).height < 60 || box(one).width < 60).map((one) => `${box(one).width.toFixed(0)}×${box(one).height.toFixed(0)} ${name(one)}`);
  const close = [];
  targets.forEach((one, place) => targets.slice(place + 1).forEach((other) => {
    const [a, b] = [box(one), box(other)];
    const across = Math.max(a.left, b.left) - Math.min(a.right, b.right);
    const down = Math.max(a.top, b.top) - Math.min(a.bottom, b.bottom);
    const sticks = (element) => element.closest(".k-foot") !== null;
    if (sticks(one) !== sticks(other)) return;
    if (Math.max(across, down) < 8) close.push(`${name(one)} | ${name(other)}`);
  }));
  const foot = box(kiosk.querySelector(".k-foot")).top;
  const below = [...kiosk.querySelectorAll(".k-main .k-yes, .k-main .k-tile, .k-main .k-day, .k-main .k-keys button")].filter(seen).filter((one) => box(one).bottom > foot + 1).map(name);
  return {
    smallest: Math.min(...sizes),
    base: parseFloat(getComputedStyle(kiosk).fontSize),
    tight, small, close, below,
    sideways: document.documentElement.scrollWidth - window.innerWidth,
    help: seen(kiosk.querySelector(".k-help") ?? kiosk.querySelector("h1")),
  };
}
