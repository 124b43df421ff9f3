// The documents, and what all parts of the page share about their labels.
const docs = JSON.parse(document.getElementById("data").textContent).documents;
const filters = document.querySelector(".filters");

// Everything is appended as text: nothing in the data becomes markup.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const isError = item => item.kind !== "right";
// A pair is listed once, at its gold label.
const isListed = item => item.side === "gold" || item.partner === null;
const partnerOf = (entry, item) => item.partner === null ? null : entry.items[item.partner];
const language = entry => entry.language || "";

const types = [...new Set(docs.flatMap(entry => entry.items.map(item => item.label)))].sort();
const root = getComputedStyle(document.documentElement);
// Types of the benchmark have a colour of their own; any other type gets one by its index.
const colours = new Map(types.map((type, at) => {
  const own = /^[A-Z]{1,12}$/.test(type) && root.getPropertyValue(`--${type}`);
  const hue = Math.round(at * 137.5) % 360;
  return [type, own ? `var(--${type})` : `light-dark(hsl(${hue} 65% 32%), hsl(${hue} 65% 74%))`];
}));

// Offsets count code points; a JavaScript string counts UTF-16 units.
function units(entry) {
  if (!entry.units) {
    entry.units = [0];
    for (const point of entry.text) entry.units.push(entry.units[entry.units.length - 1] + point.length);
  }
  return entry.units;
}

function wordsOf(entry, item) {
  if (entry.text === null) return item.spans.map(([start, end]) => `${start} to ${end}`).join(", ");
  const at = units(entry);
  return item.spans.map(([start, end]) => entry.text.slice(at[start], at[end])).join(" … ");
}
