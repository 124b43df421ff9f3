// The documents, and helpers on labels that all parts of the page share.
const given = JSON.parse(document.getElementById("data").textContent);
// Documents that the system left out come last: they have no predictions.
const docs = [...given.documents].sort((a, b) => a.missing - b.missing);
const form = document.querySelector(".filters");
const pair = given.runs.length > 1;

// Everything is appended as text: no data become markup.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
const known = (table, name) => Object.hasOwn(table, name) ? table[name] : undefined;

const isError = item => item.kind !== "right" || (item.second_kind !== undefined && item.second_kind !== "right");
// A pair is listed once, at its gold label; a spurious label of both runs once, at that of the first.
const isListed = item => item.side === "gold" || (item.partner === null && item.twin === undefined);
const itemAt = (entry, index) => index === null || index === undefined ? null : entry.items[index];
const partnerOf = (entry, item) => itemAt(entry, item.partner);
const language = entry => entry.language || "";
const startOf = item => item.spans.length ? item.spans[0][0] : 0;
const typeWord = type => known(given.types, type);
const typeName = type => typeWord(type) ? `${typeWord(type)} (${type})` : type;
const many = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

const types = [...new Set(docs.flatMap(entry => entry.items.map(item => item.label)))].sort();
// Types of one family share a colour that can be distinguished with any colour vision; other types get one by index.
const families = ["people", "bodies", "places", "things", "times", "claims"];
const strange = types.filter(type => !known(given.families, type));
const familyOf = type => known(given.families, type) || families[strange.indexOf(type) % families.length];
const colours = new Map(types.map(type => [type, `var(--${familyOf(type)})`]));

// The listed labels of each document, in text order.
for (const entry of docs) {
  entry.listed = entry.items.map((item, index) => index).filter(index => isListed(entry.items[index]));
  entry.listed.sort((a, b) => startOf(entry.items[a]) - startOf(entry.items[b]) || a - b);
}
let mistakes = 0;
for (const entry of docs) for (const index of entry.listed) if (isError(entry.items[index])) entry.items[index].number = ++mistakes;

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

// The lines of a text: their code point offsets, with an English translation where there is one.
function linesOf(entry) {
  if (!entry.lines) {
    let at = 0;
    entry.lines = (entry.text || "").split("\n").map((line, number) => {
      const start = at;
      at += [...line].length + 1;
      return { start, end: at, en: known(entry.english, String(number)) };
    });
  }
  return entry.lines;
}
