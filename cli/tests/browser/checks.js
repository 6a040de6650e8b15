// What tests ask of pages. Each check returns what is wrong, in words; nothing is well.
const id = (name) => document.getElementById(name);
const text = (name) => id(name)?.textContent ?? "";
const data = (name, key) => Number(id(name)?.dataset[key] ?? NaN);
const state = () => id("status")?.dataset.state;
const isShown = (element) => element.checkVisibility({ visibilityProperty: true });
const told = (element) => `${element.tagName} ${element.id} ${element.textContent.slice(0, 60)}`;

// What somebody else's text would have made, had it been taken for markup.
function injected() {
  const scripts = [...document.scripts].filter((it) => it.getAttribute("src") !== "/live.js");
  const made = [...scripts, ...document.querySelectorAll("img, iframe, object, embed, [onerror], [onload]")];
  const found = made.map(told);
  if (window.broken !== undefined) found.push("a script ran");
  return found;
}

function insertScript() {
  const script = document.createElement("script");
  script.textContent = "window.broken = 1";
  document.body.append(script);
}

function accessibility() {
  const found = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  if (document.documentElement.lang !== "en") found.push("no language");
  if (document.title === "") found.push("no title");
  if (all("h1").length !== 1) found.push(`${all("h1").length} h1`);
  if (all("main").length !== 1) found.push(`${all("main").length} main`);
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) found.push(`a level is left out before ${told(heading)}`);
    level = next;
  }
  for (const table of all("table")) {
    if (!table.caption?.textContent) found.push(`no caption: ${told(table)}`);
    if (!table.querySelector("th")) found.push(`no heads: ${told(table)}`);
  }
  for (const chart of all("svg.chart")) {
    const names = (chart.getAttribute("aria-labelledby") ?? "").split(" ").map(text);
    if (chart.getAttribute("role") !== "img" || names.some((it) => !it)) found.push(`no name: ${chart.id}`);
  }
  for (const live of all("[aria-live]")) {
    if (live.textContent.length > 300) found.push(`long: ${told(live)}`);
  }
  for (const link of all("a, button, summary")) {
    if (!link.textContent.trim()) found.push(`no words: ${link.outerHTML}`);
  }
  const names = all("[id]").map((it) => it.id);
  found.push(...names.filter((it, index) => names.indexOf(it) !== index).map((it) => `twice: ${it}`));
  return found;
}

// What is wider than the page, and does not scroll in a frame of its own.
function overflow() {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((element) =>
    isShown(element) && !element.closest(".scroll, .skip")
      && element.getBoundingClientRect().right > page.clientWidth + 1);
  return [`${page.scrollWidth} of ${page.clientWidth}`, ...wide.slice(0, 5).map(told)];
}

const parsed = (colour) => {
  const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
  return { channels: [red, green, blue], alpha };
};

function luminance(channels) {
  const [red, green, blue] = channels.map((it) => it / 255)
    .map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// The first background below an element that is not transparent.
function background(element) {
  for (let it = element; it; it = it.parentElement) {
    const { channels, alpha } = parsed(getComputedStyle(it).backgroundColor);
    if (alpha > 0) return channels;
  }
  return [255, 255, 255];
}

// Texts that are hard to read on what is behind them.
function contrast() {
  const found = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.nodeValue.trim() || !isShown(element)) continue;
    const isDrawn = element instanceof SVGElement;
    if (isDrawn && element.tagName !== "text") continue;
    const style = getComputedStyle(element);
    const ink = luminance(parsed(isDrawn ? style.fill : style.color).channels);
    const paper = luminance(background(element));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < 4.5) found.add(`${ratio.toFixed(2)}: ${element.tagName}.${element.className} ${style.color}`);
  }
  return [...found];
}

// How the focus shows.
function focus() {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    && box.right > 0 && box.bottom > 0 && box.top < innerHeight;
  return `${element.textContent.trim().slice(0, 40)}${isSeen ? "" : " (not seen)"}`;
}

// Of a report: the number on the tile with these words.
function tile(words) {
  const tiles = [...document.querySelectorAll(".tile")];
  const found = tiles.find((it) => it.querySelector("dt").textContent.trim() === words);
  return Number(found?.querySelector(".number").textContent.replaceAll(",", "") ?? NaN);
}

// Of a report: what has to be on paper and is not.
function leftOut() {
  const all = [...document.querySelectorAll("h1, .verdict, .tile, h2, table, svg.chart, figcaption")];
  const isFolded = (it) => it.closest("details:not([open])")
    || it.closest("section")?.matches("section:has(> h2 + details:not([open]):last-child)");
  return all.filter((it) => !isFolded(it) && !isShown(it)).map(told);
}
