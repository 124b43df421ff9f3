// Marks and notes of a reader: stored in the browser if it allows storage, and exported as a file.
const marksKey = `dragoman-marks:${given.runs.join("|")}:${given.signatures.join("|")}`;
const storage = act => {
  try { return act(window.localStorage); } catch { return null; }
};
const keyOf = (entry, item) => `${entry.id}|${item.at}`;
const marks = new Map((() => {
  try { return Object.entries(JSON.parse(storage(store => store.getItem(marksKey)) || "{}")); } catch { return []; }
})());

function setMark(entry, item, change) {
  const mark = { mark: null, note: "", ...marks.get(keyOf(entry, item)), ...change };
  if (mark.mark || mark.note) marks.set(keyOf(entry, item), mark);
  else marks.delete(keyOf(entry, item));
  storage(store => store.setItem(marksKey, JSON.stringify(Object.fromEntries(marks))));
  showMark(entry, item);
  countMarks();
}

function countMarks() {
  document.querySelector(".export").hidden = !marks.size;
  document.querySelector(".marked").textContent = marks.size ? `${many(marks.size, "label")} marked` : "";
}

// Shows the mark of a label on its list entry.
function showMark(entry, item) {
  const mark = marks.get(keyOf(entry, item));
  if (!item.line) return;
  item.line.querySelector(".mark")?.remove();
  if (mark) item.line.append(make("p", { class: "mark" }, mark.mark ? `gold is ${mark.mark === "right" ? "right" : "wrong"}` : "", mark.mark && mark.note ? ": " : "", make("bdi", {}, mark.note.slice(0, 2000))));
}

// A single set of controls, which moves to the current entry.
const tools = make("div", { class: "tools", role: "group", "aria-label": "Marks" });
let marked = null;
const judge = (mark, text) => {
  const button = make("button", { type: "button", "aria-pressed": "false" }, text);
  button.addEventListener("click", () => {
    const [entry, item] = marked;
    setMark(entry, item, { mark: marks.get(keyOf(entry, item))?.mark === mark ? null : mark });
    showTools(entry, item);
  });
  button.mark = mark;
  return button;
};
const judges = [judge("right", "Gold is right"), judge("wrong", "Gold is wrong")];
const noteField = make("textarea", { "aria-label": "Note", rows: "1", maxlength: "2000", placeholder: "Note" });
noteField.addEventListener("change", () => setMark(...marked, { note: noteField.value.trim() }));
tools.append(...judges, noteField);

function showTools(entry, item) {
  marked = [entry, item];
  const mark = marks.get(keyOf(entry, item));
  for (const button of judges) button.setAttribute("aria-pressed", String(mark?.mark === button.mark));
  noteField.value = mark?.note || "";
  if (tools.parentElement !== item.line) item.line.append(tools);
}

document.querySelector(".export").addEventListener("click", () => {
  const rows = docs.flatMap(entry => entry.items.filter(item => marks.has(keyOf(entry, item))).map(item => ({
    document: entry.id, at: item.at, layer: item.layer, kind: item.kind, type: item.label, ...marks.get(keyOf(entry, item)),
  })));
  const made = JSON.stringify({ runs: given.runs, signatures: given.signatures, marks: rows }, null, 1);
  const link = make("a", { download: "marks.json", href: URL.createObjectURL(new Blob([made], { type: "application/json" })) });
  link.click();
  URL.revokeObjectURL(link.href);
});
countMarks();
