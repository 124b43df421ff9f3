// The description of a label or of a pair of labels, in the list and in the tooltip.
function note(...children) {
  return make("span", { class: "note" }, ...children);
}

const sideName = side => side === "gold" || !pair ? side : side === "second" ? "second" : "first";

function describe(entry, item) {
  const other = partnerOf(entry, item);
  const words = each => {
    const element = make("bdi", { class: "words", lang: language(entry) }, wordsOf(entry, each).slice(0, 400));
    Object.assign(element.style, { fontFamily: entry.style.fontFamily, wordBreak: entry.style.wordBreak });
    return element;
  };
  const label = other && other.label !== item.label ? `${typeName(item.label)} → ${typeName(other.label)}` : typeName(item.label);
  const kind = pair ? item.between || item.kind : item.kind;
  const parts = [make("span", { class: isError(item) ? `kind ${item.side === "gold" ? "" : "spurious"}` : "kind right" }, kind), " ", make("bdi", { class: "type" }, label)];
  parts.push(make("br"), words(item));
  if (pair && item.side === "gold") parts.push(note(`first: ${item.kind}; second: ${item.second_kind}`));
  const found = [other, item.side === "gold" ? itemAt(entry, item.second) : null].filter(Boolean);
  for (const each of found) if (wordsOf(entry, each) !== wordsOf(entry, item))
    parts.push(note(`${sideName(each.side)} span: `, words(each)));
  const all = [item, ...found];
  if (item.chain) parts.push(chains(all));
  for (const line of new Set(all.flatMap(each => each.notes))) {
    const sides = all.filter(each => each.notes.includes(line)).map(each => sideName(each.side));
    if (item.side !== "gold" && item.between === "spurious in both") sides.push("second");
    parts.push(note(`${sides.join(" and ")}: `, make("bdi", {}, line)));
  }
  for (const tag of item.phenomena || []) parts.push(note("", make("bdi", { class: "tag" }, known(given.phenomena, tag) || tag)));
  if (item.layer === "dates") {
    const line = item.side === "gold" ? dayLine(item.days, found.length ? found[0].days : null) : dayLine(null, item.days);
    if (line) parts.push(line);
  }
  return parts;
}

// Attribution chains as sentences, outermost claimant first: one if all sides agree, else one per side.
function chains(all) {
  const agree = all.every(each => String(each.chain) === String(all[0].chain));
  const lines = agree ? [chain(all.map(each => sideName(each.side)).join(" and "), all[0], all[0])]
    : all.map((each, at) => chain(sideName(each.side), each, all[at ? 0 : 1]));
  return make("span", { class: agree ? "chains" : "chains two" }, ...lines);
}

function chain(side, item, other) {
  const element = make("span", { class: "chain" }, make("span", { class: "side" }, `${side}: `));
  item.chain.forEach(([who, verb], at) => {
    const differs = String(item.chain[at]) !== String(other.chain[at]);
    element.append(make("span", { class: differs ? "link differs" : "link" }, make("bdi", {}, who), " ", make("bdi", {}, verb)), at + 1 < item.chain.length ? " that " : ": ");
  });
  element.append(make("bdi", { class: "gloss" }, item.gloss || "…"));
  return element;
}

function dayLine(gold, pred) {
  const all = [gold, pred].filter(Boolean);
  if (!all.length) return null;
  const low = Math.min(...all.map(days => days[0])), high = Math.max(...all.map(days => days[1])) + 1;
  const draw = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const describeDays = (name, days) => days ? `${name} ${days.map(iso).join(" to ")}` : `${name}: no days`;
  const svg = draw("svg", { class: "line", viewBox: "0 0 200 30", preserveAspectRatio: "none", role: "img", "aria-label": `${describeDays("gold", gold)}; ${describeDays("predicted", pred)}` });
  for (const [days, name, y] of [[gold, "gold", 4], [pred, "predicted", 16]]) {
    if (!days) continue;
    const x = 200 * (days[0] - low) / (high - low), width = Math.max(1.5, 200 * (days[1] + 1 - days[0]) / (high - low));
    svg.append(draw("rect", { class: name, x, y, width, height: 8 }));
  }
  return svg;
}

// Proleptic Gregorian ordinal, 1 being the first of January of the year 1.
function iso(ordinal) {
  const day = new Date(0);
  day.setUTCFullYear(1, 0, 1);
  day.setUTCDate(ordinal);
  return day.toISOString().slice(0, 10);
}
