// What is told of a label, or of a pair of them: in the list, and beside a word that is asked about.
function note(...children) {
  return make("span", { class: "note" }, ...children);
}

function describe(entry, item) {
  const other = partnerOf(entry, item);
  const lang = language(entry);
  const label = other && other.label !== item.label ? `${item.label} → ${other.label}` : item.label;
  const told = [make("span", { class: `kind ${item.kind}` }, item.kind), " ", make("bdi", { class: "type" }, label)];
  told.push(make("br"), make("bdi", { class: "words", lang }, wordsOf(entry, item).slice(0, 400)));
  if (other && wordsOf(entry, other) !== wordsOf(entry, item))
    told.push(note("predicted words: ", make("bdi", { class: "words", lang }, wordsOf(entry, other).slice(0, 400))));
  if (item.gloss) told.push(note("in English: ", make("bdi", {}, item.gloss)));
  if (item.chain) told.push(chains(item, other));
  const theirs = other ? other.notes : [];
  for (const line of item.notes) told.push(note(theirs.includes(line) ? "gold and predicted: " : `${item.side}: `, make("bdi", {}, line)));
  for (const line of theirs) if (!item.notes.includes(line)) told.push(note("predicted: ", make("bdi", {}, line)));
  if (item.layer === "dates") {
    const line = item.side === "gold" ? dayLine(item.days, other && other.days) : dayLine(null, item.days);
    if (line) told.push(line);
  }
  return told;
}

// Who says it through whom, the outermost first: once if both sides agree, else side by side.
function chains(item, other) {
  if (!other || String(other.chain) === String(item.chain)) return make("span", { class: "chains" }, chain(other ? "gold and predicted" : item.side, item.chain, item.chain));
  return make("span", { class: "chains two" }, chain("gold", item.chain, other.chain), chain("predicted", other.chain, item.chain));
}

function chain(side, links, others) {
  const made = make("span", { class: "chain" }, make("span", { class: "side" }, `${side}: `));
  links.forEach((link, at) => {
    const differs = link !== others[at];
    const step = make("span", { class: differs ? "link differs" : "link" }, at ? "↳ " : "", make("bdi", {}, link), " ");
    step.style.setProperty("--depth", Math.min(at, 6));
    made.append(step);
  });
  return made;
}

function dayLine(mine, other) {
  const all = [mine, other].filter(Boolean);
  if (!all.length) return null;
  const low = Math.min(...all.map(days => days[0])), high = Math.max(...all.map(days => days[1])) + 1;
  const drawn = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const said = (name, days) => days ? `${name} ${days.map(iso).join(" to ")}` : `${name}: no days`;
  const svg = drawn("svg", { class: "line", viewBox: "0 0 200 30", preserveAspectRatio: "none", role: "img", "aria-label": `${said("gold", mine)}; ${said("predicted", other)}` });
  for (const [days, name, y] of [[mine, "gold", 4], [other, "predicted", 16]]) {
    if (!days) continue;
    const x = 200 * (days[0] - low) / (high - low), width = Math.max(1.5, 200 * (days[1] + 1 - days[0]) / (high - low));
    svg.append(drawn("rect", { class: name, x, y, width, height: 8 }));
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
