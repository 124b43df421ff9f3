// Which labels are shown: their lines, their entries in the lists, and their documents. The URL fragment can set filters.
const SELECTS = ["type", "language", "document", "phenomenon", "between"];
const control = name => form.elements.namedItem(name);
const option = (name, value, text) => control(name).append(make("option", { value }, text.slice(0, 80)));
for (const type of types) option("type", type, typeName(type));
for (const tag of new Set(docs.map(language))) option("language", tag || "?", known(given.languages, tag) || tag || "unknown");
for (const entry of docs) option("document", entry.id, entry.id);
for (const tag of [...new Set(docs.flatMap(entry => entry.items.flatMap(item => item.phenomena || [])))].sort()) option("phenomenon", tag, known(given.phenomena, tag) || tag);

let state;
function readFilters() {
  const boxes = name => new Set([...form.querySelectorAll(`[name=${name}]:checked`)].map(box => box.value));
  const chosen = Object.fromEntries(SELECTS.map(name => [name, control(name)?.value || ""]));
  state = { layers: boxes("layer"), kinds: boxes("kind"), ...chosen, search: control("search").value.trim().toLowerCase(), only: control("only").checked, order: control("order").value };
}

// All text about a label, for the search: words, English, names, and its document.
function searched(entry, item) {
  if (item.searched === undefined) {
    const sides = [item, partnerOf(entry, item), itemAt(entry, item.second)].filter(Boolean);
    const lines = linesOf(entry).filter(line => line.en && item.spans.some(([start, end]) => start < line.end && end > line.start));
    const said = sides.flatMap(each => [wordsOf(entry, each), typeName(each.label), ...each.notes, each.gloss || "", ...(each.chain || []).flat()]);
    item.searched = [entry.id, entry.title || "", item.kind, ...said, ...lines.map(line => line.en)].join("\n").toLowerCase();
  }
  return item.searched;
}

function passes(entry, item) {
  if (!isListed(item) || (state.only && !isError(item)) || !state.layers.has(item.layer)) return false;
  if (isError(item) && ![item.kind, item.second_kind].some(kind => state.kinds.has(kind))) return false;
  if (state.type && ![item, partnerOf(entry, item), itemAt(entry, item.second)].some(each => each?.label === state.type)) return false;
  if ((state.document && entry.id !== state.document) || (state.language && (language(entry) || "?") !== state.language)) return false;
  if ((state.phenomenon && !item.phenomena?.includes(state.phenomenon)) || (state.between && !(known(given.better, state.between) || [state.between]).includes(item.between))) return false;
  return !state.search || searched(entry, item).includes(state.search);
}
// A line is drawn if the listed item of its label passes.
function isDrawn(entry, item) {
  const index = item.side === "gold" ? null : item.twin ?? item.partner;
  return passes(entry, itemAt(entry, index) || item);
}

function clearFilters() {
  for (const box of form.querySelectorAll("[name=layer], [name=kind]")) box.checked = true;
  for (const name of SELECTS) if (control(name)) control(name).value = "";
  control("search").value = "";
  control("only").checked = mistakes > 0;
}

// Sets exactly the filters of a URL fragment, such as #layer=dates&kind=missed; all=1 shows right labels too.
function setFilters(asked) {
  clearFilters();
  for (const name of ["layer", "kind"]) if (asked.has(name))
    for (const box of form.querySelectorAll(`[name=${name}]`)) box.checked = asked.getAll(name).includes(box.value);
  for (const name of SELECTS) if (asked.has(name) && control(name)) control(name).value = asked.get(name) || (name === "language" ? "?" : "");
  if (asked.has("search")) control("search").value = asked.get("search").slice(0, 200);
  if (asked.has("all")) control("only").checked = false;
}
