// A document's text with label lines above and below the words, type names after them, and English below each line.
const LANE = 6;
const SIDES = ["gold", "predicted", "second"];

// The lowest free lane for each label of a side that is drawn, longer labels first, so that nested labels stack.
function lanes(entry, side) {
  const laneEnds = [];
  const laneOf = new Map();
  const spans = entry.items.flatMap((item, index) => item.side === side && isDrawn(entry, item) ? item.spans.map(span => [span[0], span[1], index]) : []);
  spans.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  for (const [start, end, index] of spans) {
    let lane = laneOf.get(index);
    if (lane === undefined) {
      lane = laneEnds.findIndex(end => end <= start);
      if (lane < 0) lane = laneEnds.length;
      laneOf.set(index, lane);
    }
    laneEnds[lane] = Math.max(laneEnds[lane] || 0, end);
  }
  return [laneOf, laneEnds.length];
}

// The text, split into parts wherever a label or a line with English starts or ends. A part knows the labels that cover it.
function drawText(entry) {
  if (entry.text === null) return [make("p", { class: "none" }, "The reference has no text: labels are listed by their offsets."), []];
  const at = units(entry);
  const size = at.length - 1;
  const starts = new Map(), ends = new Map(), cuts = new Set([0, size]), english = new Map();
  const put = (map, key, value) => map.has(key) ? map.get(key).push(value) : map.set(key, [value]);
  entry.items.forEach((item, index) => {
    for (const [start, end] of item.spans) {
      cuts.add(start).add(Math.min(end, size));
      put(starts, start, index);
      put(ends, Math.min(end, size), index);
    }
  });
  for (const line of linesOf(entry)) if (line.en) {
    cuts.add(Math.min(line.end, size));
    english.set(Math.min(line.end, size), line.en);
  }
  const text = make("p", { class: "text", lang: language(entry), dir: entry.direction });
  Object.assign(text.style, entry.style);
  const parts = [];
  const open = new Set();
  const sorted = [...cuts].sort((a, b) => a - b);
  for (let i = 0; i + 1 < sorted.length; i++) {
    const [start, end] = [sorted[i], sorted[i + 1]];
    for (const index of ends.get(start) || []) open.delete(index);
    for (const index of starts.get(start) || []) open.add(index);
    const part = make("span", {}, entry.text.slice(at[start], at[end]));
    if (open.size) {
      part.items = [...open];
      part.ending = part.items.filter(index => entry.items[index].spans.at(-1)[1] === end);
    }
    part.isStart = starts.has(start);
    parts.push(part);
    text.append(part);
    if (english.has(end)) text.append(make("span", { class: "en", lang: "en", dir: "ltr" }, english.get(end)));
  }
  return [text, parts];
}

// Draws the lines of the labels that pass the filters; both lines of a pair.
function drawLines(text, parts, entry) {
  const of = Object.fromEntries(SIDES.map(side => [side, lanes(entry, side)]));
  text.style.lineHeight = `calc(1.75em + ${LANE * SIDES.reduce((sum, side) => sum + of[side][1], 0)}px)`;
  for (const part of parts) if (part.items) underline(part, entry, of);
}

function underline(part, entry, of) {
  const { gold, predicted, second } = of;
  const below = predicted[1] + second[1];
  part.style.paddingTop = `${LANE * gold[1] + 2}px`;
  part.style.paddingBottom = `${LANE * below + 2}px`;
  const images = [], positions = [];
  const shown = part.items.filter(index => isDrawn(entry, entry.items[index]));
  for (const index of shown) {
    const item = entry.items[index];
    const ink = colours.get(item.label);
    images.push(isError(item) ? `repeating-linear-gradient(90deg, ${ink} 0 5px, transparent 5px 8px)` : `linear-gradient(${ink}, ${ink})`);
    const lane = of[item.side][0].get(index);
    const up = item.side === "gold" ? gold[1] - 1 - lane : item.side === "predicted" ? below - 1 - lane : second[1] - 1 - lane;
    positions.push(item.side === "gold" ? `0 ${LANE * up}px` : `0 calc(100% - ${LANE * up}px)`);
  }
  part.style.backgroundImage = images.join(", ");
  part.style.backgroundPosition = positions.join(", ");
  part.style.backgroundSize = "100% 3px";
  const said = shown.filter(index => part.ending.includes(index) && isListed(entry.items[index])).map(index => entry.items[index]);
  if (said.length) {
    part.dataset.types = said.slice(0, 4).map(item => shortType(entry, item)).join(" ");
    part.style.setProperty("--of", colours.get(said[0].label));
  } else delete part.dataset.types;
  part.classList.toggle("labelled", shown.length > 0);
  // Long type names may wrap; short ones stay on the line of their word.
  part.classList.toggle("long", (part.dataset.types || "").length > 32);
}

// The type of a label in a word, with a sign for the kind of error.
function shortType(entry, item) {
  const wordOf = type => (given.own.includes(type) ? undefined : typeWord(type)) || (type.length > 20 ? `${type.slice(0, 20)}…` : type);
  const word = wordOf(item.label);
  const other = partnerOf(entry, item);
  if (!isError(item)) return word;
  if (item.side !== "gold") return `+${word}`;
  if (other && other.label !== item.label) return `${word}→${wordOf(other.label)}`;
  return other ? `${word}${item.kind === "wrong boundary" ? "↔" : "≠"}` : `−${word}`;
}
