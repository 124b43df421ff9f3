// The description of a label or of a pair of labels, in the list and in the tooltip.
function note(...children) {
  return make("span", { class: "note" }, ...children);
}

function describe(entry, item) {
  const other = partnerOf(entry, item);
  const lang = language(entry);
  const label = other && other.label !== item.label ? `${item.label} → ${other.label}` : item.label;
  const parts = [make("span", { class: `kind ${item.kind}` }, item.kind), " ", make("bdi", { class: "type" }, label)];
  parts.push(make("br"), make("bdi", { class: "words", lang }, wordsOf(entry, item).slice(0, 400)));
  if (other && wordsOf(entry, other) !== wordsOf(entry, item))
    parts.push(note("predicted words: ", make("bdi", { class: "words", lang }, wordsOf(entry, other).slice(0, 400))));
  if (item.gloss) parts.push(note("in English: ", make("bdi", {}, item.gloss)));
  if (item.chain) parts.push(chains(item, other));
  const predNotes = other ? other.notes : [];
  for (const line of item.notes) parts.push(note(predNotes.includes(line) ? "gold and predicted: " : `${item.side}: `, make("bdi", {}, line)));
  for (const line of predNotes) if (!item.notes.includes(line)) parts.push(note("predicted: ", make("bdi", {}, line)));
  if (item.layer === "dates") {
    const line = item.side === "gold" ? dayLine(item.days, other && other.days) : dayLine(null, item.days);
    if (line) parts.push(line);
  }
  return parts;
}

// Attribution chains, the outermost claimant first: once if both sides agree, else side by side.
function chains(item, other) {
  if (!other || String(other.chain) === String(item.chain)) return make("span", { class: "chains" }, chain(other ? "gold and predicted" : item.side, item.chain, item.chain));
  return make("span", { class: "chains two" }, chain("gold", item.chain, other.chain), chain("predicted", other.chain, item.chain));
}

function chain(side, links, others) {
  const element = make("span", { class: "chain" }, make("span", { class: "side" }, `${side}: `));
  links.forEach((link, at) => {
    const differs = link !== others[at];
    const step = make("span", { class: differs ? "link differs" : "link" }, at ? "↳ " : "", make("bdi", {}, link), " ");
    step.style.setProperty("--depth", Math.min(at, 6));
    element.append(step);
  });
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
