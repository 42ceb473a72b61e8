// What a person would trip over: text that is hard to read, targets that are hard to hit, a page that slides sideways.
() => {
  const channels = (colour) => {
    const numbers = colour.match(/[\d.]+/g).map(Number);
    return { rgb: numbers.slice(0, 3), alpha: numbers.length > 3 ? numbers[3] : 1 };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const over = (top, alpha, below) => top.map((c, i) => c * alpha + below[i] * (1 - alpha));
  const ground = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.push(channels(getComputedStyle(one).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer.rgb, layer.alpha, below), [255, 255, 255]);
  };
  const opacity = (element) => {
    let all = 1;
    for (let one = element; one; one = one.parentElement) all *= Number(getComputedStyle(one).opacity);
    return all;
  };
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && style.visibility === "visible" && element.checkVisibility();
  };
  const name = (element) => `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 24)}"`;

  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !seen(element) || element.closest(".leaflet-container, option")) continue;
    const style = getComputedStyle(element);
    const below = ground(element);
    const ink = channels(style.color);
    const [light, dark] = [luminance(over(ink.rgb, ink.alpha * opacity(element), below)), luminance(below)].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (isLarge ? 3 : 4.5)) faint.push(`${contrast.toFixed(2)} ${name(element)}`);
  }

  const targets = [...document.querySelectorAll("button, .button, summary, input:not([type=hidden]), select, nav a")].filter(seen);
  const small = targets
    .filter((element) => element.getBoundingClientRect().height < 43.5 && !element.closest(".stop-list"))
    .map((element) => `${element.getBoundingClientRect().height.toFixed(0)} px ${name(element)}`);
  const courier = [...document.querySelectorAll(".outcome, .door-calls .button, .doors summary")]
    .filter(seen)
    .filter((element) => element.getBoundingClientRect().height < 60)
    .map((element) => `${element.getBoundingClientRect().height.toFixed(0)} px ${name(element)}`);
  const unnamed = targets
    .filter((element) => !(element.innerText.trim() || element.textContent.trim() || element.getAttribute("aria-label") || element.labels?.length))
    .map(name);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return {
    faint,
    small,
    courier,
    unnamed,
    doubled: ids.filter((id, index) => ids.indexOf(id) !== index),
    sideways: document.documentElement.scrollWidth - window.innerWidth,
    base: parseFloat(getComputedStyle(document.body).fontSize),
    fonts: [...document.fonts].filter((face) => face.status === "loaded").map((face) => face.family),
  };
}
