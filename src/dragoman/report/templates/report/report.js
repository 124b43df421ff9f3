"use strict";
// Draws each document when it comes into sight. All text goes in as text: nothing of the data becomes markup.
const held = JSON.parse(document.getElementById("data").textContent).documents;
const place = document.getElementById("documents");
const filters = document.querySelector(".filters");
const RTL = /^(ar|fa|he|ur)\b/;

function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// A text whose language is not known runs as its first letter does.
const direction = entry => entry.language === null ? "auto" : RTL.test(entry.language) ? "rtl" : "ltr";
const isMistake = item => item.kind !== "right";
// A pair that is wrong is one mistake: it is listed at its gold label.
const isListed = item => isMistake(item) && !(item.side === "predicted" && item.partner !== null);
const colour = label => `var(--${/^[A-Z]{1,12}$/.test(label) ? label : "ink"}, var(--ink))`;

// Offsets count code points; a JavaScript string counts UTF-16 units.
function units(text) {
  const at = [0];
  for (const point of text) at.push(at[at.length - 1] + point.length);
  return at;
}

// The lowest free lane for each span of a side, longer spans first, so that nested spans lie on one another.
function lanes(items, side) {
  const taken = [];
  const found = new Map();
  const spans = items.flatMap((item, index) => item.side === side ? item.spans.map(span => [span[0], span[1], index]) : []);
  spans.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  for (const [start, end, index] of spans) {
    let lane = found.get(index);
    if (lane === undefined) {
      lane = taken.findIndex(last => last <= start);
      if (lane < 0) lane = taken.length;
      found.set(index, lane);
    }
    taken[lane] = Math.max(taken[lane] || 0, end);
  }
  return [found, taken.length];
}

function drawText(entry) {
  if (entry.text === null) return [make("p", { class: "none" }, "The reference does not have the text: labels are listed by their offsets."), []];
  const at = units(entry.text);
  const [gold, goldLanes] = lanes(entry.items, "gold");
  const [predicted, predictedLanes] = lanes(entry.items, "predicted");
  const size = at.length - 1;
  const starts = new Map();
  const ends = new Map();
  const cuts = new Set([0, size]);
  const put = (map, key, value) => map.has(key) ? map.get(key).push(value) : map.set(key, [value]);
  entry.items.forEach((item, index) => {
    for (const [start, end] of item.spans) {
      cuts.add(start).add(Math.min(end, size));
      put(starts, start, index);
      put(ends, Math.min(end, size), index);
    }
  });
  const text = make("p", { class: "text", lang: entry.language || "", dir: direction(entry) });
  text.style.lineHeight = `calc(1.75em + ${5 * (goldLanes + predictedLanes)}px)`;
  const parts = [];
  const open = new Set();
  const sorted = [...cuts].sort((a, b) => a - b);
  for (let i = 0; i + 1 < sorted.length; i++) {
    const [start, end] = [sorted[i], sorted[i + 1]];
    for (const index of ends.get(start) || []) open.delete(index);
    for (const index of starts.get(start) || []) open.add(index);
    const part = make("span", {}, entry.text.slice(at[start], at[end]));
    if (open.size) {
      part.style.paddingTop = `${5 * goldLanes + 2}px`;
      part.style.paddingBottom = `${5 * predictedLanes + 2}px`;
      const images = [], positions = [], sizes = [];
      for (const index of open) {
        const item = entry.items[index];
        const ink = colour(item.label);
        images.push(isMistake(item) ? `repeating-linear-gradient(90deg, ${ink} 0 5px, transparent 5px 8px)` : `linear-gradient(${ink}, ${ink})`);
        const lane = (item.side === "gold" ? gold : predicted).get(index);
        positions.push(item.side === "gold" ? `0 ${5 * (goldLanes - 1 - lane)}px` : `0 calc(100% - ${5 * (predictedLanes - 1 - lane)}px)`);
        sizes.push("100% 3px");
      }
      part.style.backgroundImage = images.join(", ");
      part.style.backgroundPosition = positions.join(", ");
      part.style.backgroundSize = sizes.join(", ");
      part.items = [...open];
    }
    parts.push(part);
    text.append(part);
  }
  return [text, parts];
}

function wordsOf(entry, item) {
  if (entry.text === null) return item.spans.map(([start, end]) => `${start} to ${end}`).join(", ");
  const at = units(entry.text);
  return item.spans.map(([start, end]) => entry.text.slice(at[start], at[end])).join(" … ");
}

function dayLine(mine, other) {
  const all = [mine, other].filter(Boolean);
  if (!all.length) return null;
  const low = Math.min(...all.map(days => days[0])), high = Math.max(...all.map(days => days[1])) + 1;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "line");
  svg.setAttribute("viewBox", "0 0 200 30");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  const said = (name, days) => days ? `${name} ${iso(days[0])} to ${iso(days[1])}` : `${name}: no days`;
  svg.setAttribute("aria-label", `${said("gold", mine)}; ${said("predicted", other)}`);
  [[mine, "gold", 4], [other, "predicted", 16]].forEach(([days, name, y]) => {
    if (!days) return;
    const bar = document.createElementNS(svg.namespaceURI, "rect");
    bar.setAttribute("class", name);
    bar.setAttribute("x", 200 * (days[0] - low) / (high - low));
    bar.setAttribute("width", Math.max(1.5, 200 * (days[1] + 1 - days[0]) / (high - low)));
    bar.setAttribute("y", y);
    bar.setAttribute("height", 8);
    svg.append(bar);
  });
  return svg;
}

// Proleptic Gregorian ordinal, 1 being the first of January of the year 1.
function iso(ordinal) {
  const day = new Date(0);
  day.setUTCFullYear(1, 0, 1);
  day.setUTCDate(ordinal);
  return day.toISOString().slice(0, 10);
}

function note(...children) {
  return make("span", { class: "note" }, ...children);
}

function drawItem(entry, item) {
  const other = item.partner === null ? null : entry.items[item.partner];
  const button = make("button", { type: "button" });
  button.style.setProperty("--of", colour(item.label));
  const label = other && other.label !== item.label ? `${item.label} → ${other.label}` : item.label;
  button.append(make("span", { class: `kind ${item.kind}` }, item.kind), " ", make("bdi", {}, label.slice(0, 80)), make("br"));
  button.append(make("bdi", { class: "words", lang: entry.language || "" }, wordsOf(entry, item).slice(0, 400)));
  const say = (name, one) => {
    if (one.chain) button.append(note(`${name}: `, make("bdi", {}, one.chain.join(" ← ").slice(0, 300))));
    for (const line of one.notes) button.append(note(`${name}: `, make("bdi", {}, line.slice(0, 400))));
  };
  say(item.side, item);
  if (other) {
    const theirs = wordsOf(entry, other);
    if (theirs !== wordsOf(entry, item)) button.append(note("predicted words: ", make("bdi", { lang: entry.language || "" }, theirs.slice(0, 400))));
    say("predicted", other);
  }
  if (item.layer === "dates") {
    const line = item.side === "gold" ? dayLine(item.days, other && other.days) : dayLine(null, item.days);
    if (line) button.append(line);
  }
  return button;
}

const drawn = new Map();
function draw(article, entry) {
  if (drawn.has(entry)) return;
  const [text, parts] = drawText(entry);
  const list = make("ul", { class: "list", "aria-label": `Mistakes in ${entry.id}` });
  const buttons = [];
  entry.items.forEach((item, index) => {
    if (!isListed(item)) return;
    const button = drawItem(entry, item);
    button.item = item;
    const both = new Set([index, item.partner]);
    const light = () => {
      document.querySelectorAll(".on").forEach(each => each.classList.remove("on"));
      button.classList.add("on");
      parts.filter(part => part.items && part.items.some(at => both.has(at))).forEach(part => part.classList.add("on"));
    };
    button.addEventListener("focus", light);
    button.addEventListener("mouseenter", light);
    buttons.push(button);
    list.append(make("li", {}, button));
  });
  if (!buttons.length) list.append(make("li", { class: "none" }, "No mistake."));
  article.append(make("div", { class: "columns" }, text, list));
  drawn.set(entry, buttons);
}

const articles = held.map(entry => {
  const article = make("article", {});
  article.append(make("h3", {}, make("bdi", {}, entry.id)));
  const about = [entry.kind, entry.language, entry.published, entry.missing ? "left out by the system" : null].filter(Boolean).join(" · ");
  article.append(make("p", { class: "about" }, about));
  place.append(article);
  article.entry = entry;
  return article;
});
const seen = new IntersectionObserver(found => {
  for (const each of found) if (each.isIntersecting) { draw(each.target, each.target.entry); apply(each.target); }
}, { rootMargin: "800px" });
articles.forEach(article => seen.observe(article));
// Paper has no scrolling: all documents are drawn before they are printed.
addEventListener("beforeprint", () => {
  for (const article of articles) {
    draw(article, article.entry);
    apply(article);
  }
});

const types = [...new Set(held.flatMap(entry => entry.items.map(item => item.label)))].sort();
for (const type of types.slice(0, 500)) {
  filters.elements.type.append(make("option", { value: type }, type.slice(0, 60)));
}
for (const type of types.slice(0, 40)) {
  const key = make("li", {}, make("bdi", {}, type.slice(0, 60)));
  key.style.setProperty("--of", colour(type));
  document.querySelector(".legend").append(key);
}

function chosen() {
  const boxes = name => new Set([...filters.querySelectorAll(`[name=${name}]:checked`)].map(box => box.value));
  return { layers: boxes("layer"), kinds: boxes("kind"), type: filters.elements.type.value };
}
let wanted = chosen();
const passes = item => isListed(item) && wanted.layers.has(item.layer) && wanted.kinds.has(item.kind) && (!wanted.type || item.label === wanted.type);
function apply(article) {
  for (const button of drawn.get(article.entry) || []) button.parentElement.hidden = !passes(button.item);
}
function filter() {
  wanted = chosen();
  let mistakes = 0, documents = 0;
  for (const article of articles) {
    const count = article.entry.items.filter(passes).length;
    mistakes += count;
    documents += count > 0;
    apply(article);
  }
  filters.querySelector(".count").textContent = `${mistakes} mistakes in ${documents} documents`;
}
filters.addEventListener("change", filter);
filters.addEventListener("submit", event => event.preventDefault());
filter();

// j and k walk over what the filters let through, over the bounds of documents.
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || /^(SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const step = { j: 1, n: 1, k: -1, p: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const here = document.activeElement.closest("article");
  let at = here ? articles.indexOf(here) : step > 0 ? 0 : articles.length - 1;
  let shown = here ? visible(here) : [];
  let next = here ? shown[shown.indexOf(document.activeElement) + step] : undefined;
  if (!here) at -= step;
  while (!next) {
    at += step;
    if (at < 0 || at >= articles.length) return;
    if (!articles[at].entry.items.some(passes)) continue;
    draw(articles[at], articles[at].entry);
    apply(articles[at]);
    shown = visible(articles[at]);
    next = step > 0 ? shown[0] : shown[shown.length - 1];
  }
  next.focus();
  next.scrollIntoView({ block: "center" });
});
function visible(article) {
  return (drawn.get(article.entry) || []).filter(button => !button.parentElement.hidden);
}
