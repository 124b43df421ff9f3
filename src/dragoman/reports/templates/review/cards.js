"use strict";
// The content of a kit is untrusted text: it enters the page only through textContent.
const given = JSON.parse(document.getElementById("data").textContent);
const {cards, words} = given;
const byId = name => document.getElementById(name);
const store = "dragoman-review-" + given.kit;
const said = (word, values = {}) => words[word].replace(/\{(\w)\}/g, (all, name) => name in values ? values[name] : all);

function drawn() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(store));
    if (found && found.answers && typeof found.answers === "object" && typeof found.copy === "string") return found;
  } catch { /* missing or invalid */ }
  return null;
}

const state = stored() || {copy: drawn(), reader: "", native: null, at: -1, answers: {}};

function save() {
  try {
    localStorage.setItem(store, JSON.stringify(state));
    byId("warning").hidden = true;
  } catch {
    byId("warning").hidden = false;
  }
}

function element(tag, text, ...classes) {
  const made = document.createElement(tag);
  made.textContent = text;
  made.classList.add(...classes);
  return made;
}

const answered = () => cards.filter(card => (state.answers[card.id] || {}).answer).length;

function progress() {
  const count = answered();
  document.querySelector("progress").value = count / (cards.length || 1);
  byId("answered").textContent = said("answered", {n: count, m: cards.length});
}

function show(at) {
  state.at = Math.max(-1, Math.min(at, cards.length));
  save();
  byId("intro").hidden = state.at !== -1;
  byId("card").hidden = state.at < 0 || state.at >= cards.length;
  byId("end").hidden = state.at !== cards.length;
  byId("download").hidden = document.querySelector(".progress").hidden = state.at === -1;
  progress();
  window.scrollTo(0, 0);
  if (state.at === cards.length) {
    const left = cards.length - answered();
    byId("left").textContent = said("left", {n: left});
    byId("to-left").hidden = left === 0;
    document.querySelector("#end h2").focus();
  } else if (state.at >= 0) card(cards[state.at]);
}

function card(shown) {
  const missed = shown.kind === "missed", answer = state.answers[shown.id] || {};
  byId("part").textContent = said("part", {n: shown.part});
  byId("number").textContent = said("of", {n: state.at + 1, m: cards.length});
  byId("title").textContent = shown.title || "";
  byId("title").dir = byId("text").dir = given.direction;
  byId("title").lang = byId("text").lang = given.language;
  byId("published").replaceChildren(words.published + ": ", element("bdi", shown.published || words.unknown));
  const roles = new Set();
  byId("text").replaceChildren(...shown.lines.map(line => {
    const paragraph = document.createElement("p");
    for (const [text, marks] of line) {
      marks.forEach(mark => roles.add(mark));
      paragraph.append(marks.length ? element("mark", text, ...marks) : text);
    }
    return paragraph;
  }));
  byId("text").scrollTop = 0;
  const order = ["main", "cue", "claimant", "entities", "dates", "claims"];
  byId("legend").replaceChildren(...order.filter(role => roles.has(role)).map(role => element("mark", words["legend_" + role], role)));
  byId("times").textContent = shown.count > 1 ? said("times", {n: shown.count}) : "";
  byId("question").textContent = shown.question;
  byId("facts").replaceChildren(...shown.facts.flatMap(([name, value]) => {
    const fact = element("dd", "");
    fact.append(element("bdi", value));
    return [element("dt", name), fact];
  }));
  const names = {right: missed ? "nothing" : "right", wrong: missed ? "something" : "wrong", unsure: "unsure"};
  for (const button of document.querySelectorAll("[data-answer]")) {
    button.querySelector("span").textContent = words[names[button.dataset.answer]];
    button.setAttribute("aria-pressed", String(button.dataset.answer === answer.answer));
  }
  byId("asked").textContent = words[answer.answer === "wrong" ? missed ? "comment_missed" : "comment_wrong" : "comment"];
  byId("comment").value = answer.comment || "";
  byId("english").hidden = shown.english.length === 0;
  byId("english").open = false;
  document.querySelector("#english div").replaceChildren(...shown.english.map(line => element("p", line)));
  byId("question").focus({preventScroll: true});
}

function change(part) {
  const shown = cards[state.at];
  state.answers[shown.id] = {answer: null, comment: "", ...state.answers[shown.id], ...part};
  save();
  progress();
}

function answer(value) {
  change({answer: value});
  if (value !== "wrong") return show(state.at + 1);
  card(cards[state.at]);
  byId("comment").focus();
}

function download() {
  const returned = {
    dragoman_review: "1", kit: given.kit, copy: state.copy, reader: state.reader,
    native: state.native, answers: state.answers,
  };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(returned, null, 1)], {type: "application/json"}));
  link.download = "review-" + given.language + "-" + state.copy.slice(0, 8) + ".json";
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

byId("name").value = state.reader;
byId("native").checked = Boolean(state.native);
byId("name").addEventListener("input", () => { state.reader = byId("name").value; save(); });
byId("native").addEventListener("change", () => { state.native = byId("native").checked || null; save(); });
byId("comment").addEventListener("input", () => change({comment: byId("comment").value}));
byId("start").addEventListener("click", () => show(0));
byId("next").addEventListener("click", () => show(state.at + 1));
for (const name of ["back", "back-end"]) byId(name).addEventListener("click", () => show(state.at - 1));
for (const name of ["download", "download-end"]) byId(name).addEventListener("click", download);
byId("to-left").addEventListener("click", () => show(cards.findIndex(each => !(state.answers[each.id] || {}).answer)));
for (const button of document.querySelectorAll("[data-answer]")) button.addEventListener("click", () => answer(button.dataset.answer));

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || byId("card").hidden) return;
  const writing = event.target === byId("comment");
  if (writing) {
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); show(state.at + 1); }
    if (event.key === "Escape") byId("question").focus();
    return;
  }
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  // By physical key: Arabic keyboards type other digits.
  const digit = {Digit1: "right", Digit2: "wrong", Digit3: "unsure", Numpad1: "right", Numpad2: "wrong", Numpad3: "unsure"}[event.code];
  if (digit) { event.preventDefault(); answer(digit); }
  else if (event.code === "KeyE") byId("english").open = !byId("english").open;
  else if (event.key === "ArrowLeft" || event.key === "ArrowRight") show(state.at + (event.key === forward ? 1 : -1));
});

show(state.at);
