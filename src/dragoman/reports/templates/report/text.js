// A document's text with label lines above and below the words.
const LANE = 5;

// The lowest free lane for each label of a side, longer labels first, so that nested labels stack.
function lanes(items, side) {
  const laneEnds = [];
  const laneOf = new Map();
  const spans = items.flatMap((item, index) => item.side === side ? item.spans.map(span => [span[0], span[1], index]) : []);
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

// The text, split into parts wherever a label starts or ends. A part knows the labels that cover it.
function drawText(entry) {
  if (entry.text === null) return [make("p", { class: "none" }, "The reference does not have the text: labels are listed by their offsets."), []];
  const at = units(entry);
  const gold = lanes(entry.items, "gold"), pred = lanes(entry.items, "predicted");
  const size = at.length - 1;
  const starts = new Map(), ends = new Map(), cuts = new Set([0, size]);
  const put = (map, key, value) => map.has(key) ? map.get(key).push(value) : map.set(key, [value]);
  entry.items.forEach((item, index) => {
    for (const [start, end] of item.spans) {
      cuts.add(start).add(Math.min(end, size));
      put(starts, start, index);
      put(ends, Math.min(end, size), index);
    }
  });
  const text = make("p", { class: "text", lang: language(entry), dir: entry.direction });
  Object.assign(text.style, entry.style);
  text.style.lineHeight = `calc(1.75em + ${LANE * (gold[1] + pred[1])}px)`;
  const parts = [];
  const open = new Set();
  const sorted = [...cuts].sort((a, b) => a - b);
  for (let i = 0; i + 1 < sorted.length; i++) {
    const [start, end] = [sorted[i], sorted[i + 1]];
    for (const index of ends.get(start) || []) open.delete(index);
    for (const index of starts.get(start) || []) open.add(index);
    const part = make("span", {}, entry.text.slice(at[start], at[end]));
    if (open.size) underline(part, [...open], entry, gold, pred);
    part.isStart = starts.has(start);
    parts.push(part);
    text.append(part);
  }
  return [text, parts];
}

function underline(part, covering, entry, [gold, goldLanes], [pred, predLanes]) {
  part.items = covering;
  part.style.paddingTop = `${LANE * goldLanes + 2}px`;
  part.style.paddingBottom = `${LANE * predLanes + 2}px`;
  const images = [], positions = [];
  for (const index of covering) {
    const item = entry.items[index];
    const ink = colours.get(item.label);
    images.push(isError(item) ? `repeating-linear-gradient(90deg, ${ink} 0 5px, transparent 5px 8px)` : `linear-gradient(${ink}, ${ink})`);
    const lane = (item.side === "gold" ? gold : pred).get(index);
    positions.push(item.side === "gold" ? `0 ${LANE * (goldLanes - 1 - lane)}px` : `0 calc(100% - ${LANE * (predLanes - 1 - lane)}px)`);
  }
  part.style.backgroundImage = images.join(", ");
  part.style.backgroundPosition = positions.join(", ");
  part.style.backgroundSize = "100% 3px";
}
