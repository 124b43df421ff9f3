// Renders each document when it scrolls into view, with its list of labels; also the index, the legend and filtering.
const rendered = new Map();
const addressOf = (entry, item) => `#${new URLSearchParams({ at: `${entry.id}|${item.at}` })}`;
let current = null;

function render(article, entry) {
  if (rendered.has(entry)) return;
  const [text, parts] = drawText(entry);
  const list = make("ul", { class: "list", "aria-label": `Labels in ${entry.id}` });
  const buttons = [];
  const highlight = indices => {
    document.querySelectorAll(".on").forEach(each => each.classList.remove("on"));
    const words = parts.filter(part => part.items && part.items.some(index => indices.has(index)));
    words.forEach(part => part.classList.add("on"));
    return words;
  };
  for (const index of entry.listed) {
    const item = entry.items[index];
    const button = make("button", { type: "button" }, ...describe(entry, item));
    button.style.setProperty("--of", colours.get(item.label));
    button.item = item;
    button.show = () => {
      const words = highlight(new Set([index, item.partner, item.second]));
      button.classList.add("on");
      return words[0];
    };
    button.addEventListener("focus", () => {
      button.show();
      look(entry, item);
    });
    button.addEventListener("mouseenter", button.show);
    button.addEventListener("click", () => button.show()?.scrollIntoView({ block: "nearest" }));
    buttons.push(button);
    const name = item.number ? `Link to error ${item.number}` : "Link to label";
    item.line = make("li", {}, make("a", { class: "to-it", href: addressOf(entry, item), "aria-label": name }, item.number ? String(item.number) : "#"), button);
    showMark(entry, item);
  }
  const none = make("li", { class: "none" }, entry.items.some(isError) ? "No label matches the filters." : "No errors.");
  makeFocusable(text, parts, entry, highlight);
  article.append(make("div", { class: "columns" }, text, list));
  entry.raw.forEach((raw, at) => raw && article.append(rawAnswer(raw, at)));
  rendered.set(entry, { buttons, none, list, text, parts });
  apply(article);
}

// The verbatim answer of the system, and its problems.
function rawAnswer(raw, at) {
  const element = make("details", { class: "raw" }, make("summary", {}, "Raw answer", ...(pair ? [" of ", make("bdi", {}, given.runs[at])] : [])));
  if (raw.problems.length) element.append(make("ul", {}, ...raw.problems.map(problem => make("li", {}, make("bdi", {}, problem)))));
  if (raw.text !== null) element.append(make("pre", { tabindex: "0", role: "region", "aria-label": "Raw answer" }, raw.text));
  if (raw.cut) element.append(make("p", { class: "none" }, `${raw.cut} further characters are not shown.`));
  return element;
}

const articles = docs.map(entry => {
  const article = make("article", {});
  const heading = make("h3", {}, make("bdi", {}, entry.id));
  const words = (entry.text || "").trim();
  // For a short text the opening would repeat the whole text, and often the title does too.
  const opening = entry.title || (words.length > 200 ? words.slice(0, 200) : words);
  if (opening !== words) heading.append(" ", make("bdi", { class: "title", lang: language(entry) }, opening));
  article.append(heading);
  const about = make("p", { class: "about" });
  for (const fact of [entry.kind?.replaceAll("_", " "), known(given.languages, language(entry)), entry.published, entry.missing ? "left out by the system" : null].filter(Boolean))
    about.append(about.childNodes.length ? " · " : "", make("bdi", {}, fact));
  article.append(about);
  article.entry = entry;
  entry.article = article;
  entry.cost = entry.items.reduce((sum, item) => sum + (item.cost || 0), 0);
  entry.mistakes = entry.listed.filter(index => isError(entry.items[index])).length;
  article.classList.toggle("clean", !entry.mistakes);
  return article;
});

// The index: each document with how many of its labels pass the filters.
const indexed = new Map(docs.map(entry => {
  const link = make("a", { href: `#${new URLSearchParams({ open: entry.id })}` }, make("bdi", {}, entry.id));
  const count = document.createTextNode("");
  // The first line of a text with a title is that title.
  const named = entry.title && (known(entry.english, "0") || entry.title);
  const title = named ? [" ", make("bdi", { class: "title", title: named }, named)] : [];
  return [entry, { count, line: make("li", {}, link, " ", make("small", {}, count), ...title) }];
}));

// The legend: types by family, in words with their codes.
const legend = document.querySelector(".legend ul");
for (const family of families) {
  const of = types.filter(type => known(given.families, type) === family);
  if (of.length) legend.append(make("li", { class: family }, ...of.flatMap(type => [make("span", {}, typeWord(type), " ", make("small", {}, type)), " "])));
}
for (const type of strange.slice(0, 40)) legend.append(make("li", { class: familyOf(type) }, make("bdi", {}, (typeWord(type) || type).slice(0, 60)), " ", make("small", {}, typeWord(type) ? type : "")));
if (!matchMedia("(min-width: 52rem)").matches) for (const each of document.querySelectorAll(".legend, .folding")) each.open = false;

const inOrder = () => state.order ? [...docs].sort((a, b) => a.missing - b.missing || b.cost - a.cost) : docs;
function listOrder(entry) {
  const items = entry.listed.map(index => entry.items[index]);
  return state.order ? items.sort((a, b) => (b.cost || 0) - (a.cost || 0)) : items;
}

function apply(article) {
  const drawn = rendered.get(article.entry);
  if (!drawn) return;
  const { buttons, none, list, text, parts } = drawn;
  for (const button of buttons) button.parentElement.hidden = !passes(article.entry, button.item);
  drawLines(text, parts, article.entry);
  list.append(...listOrder(article.entry).map(item => item.line), none);
  none.hidden = buttons.some(button => !button.parentElement.hidden);
}

let shown = [];
let noun = "label";
const holder = document.getElementById("documents");
function filter() {
  readFilters();
  shown = [];
  let documents = 0, mistaken = 0, ordered = inOrder();
  for (const entry of ordered) {
    const items = listOrder(entry).filter(item => passes(entry, item));
    for (const item of items) shown.push({ entry, item });
    documents += items.length > 0;
    mistaken += items.filter(isError).length;
    entry.article.hidden = !items.length;
    indexed.get(entry).count.data = String(items.length);
    indexed.get(entry).line.hidden = !items.length;
    apply(entry.article);
  }
  if (ordered.some((entry, at) => holder.children[at] !== entry.article)) {
    holder.append(...ordered.map(entry => entry.article));
    document.querySelector(".index ol").append(...ordered.map(entry => indexed.get(entry).line));
  }
  document.body.classList.toggle("no-words", !control("words").checked);
  document.body.classList.toggle("no-english", !control("english").checked);
  document.querySelector(".nothing").hidden = shown.length > 0;
  document.querySelector(".nothing").textContent = mistakes || !state.only ? "No label matches the filters." : "No errors. “errors only” hides right labels.";
  noun = mistaken === shown.length ? "error" : "label";
  document.querySelector(".count").textContent = `${many(shown.length, noun)} in ${many(documents, "document")}`;
  look(...(current || []));
}

// Updates the position of the current label: “12 of 409”.
function look(entry, item) {
  if (entry) {
    current = [entry, item];
    if (item.line) showTools(entry, item);
  }
  const at = entry ? shown.findIndex(each => each.item === item) : -1;
  document.querySelector(".place").textContent = at < 0 ? many(shown.length, noun) : `${at + 1} of ${shown.length}`;
  return at;
}

form.addEventListener("change", filter);
let waiting = 0;
control("search").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(filter, 150);
});
form.addEventListener("submit", event => event.preventDefault());
form.querySelector(".clear").addEventListener("click", () => {
  clearFilters();
  filter();
});
filter();

const observer = new IntersectionObserver(entries => {
  for (const each of entries) if (each.isIntersecting) render(each.target, each.target.entry);
}, { rootMargin: "800px" });
articles.forEach(article => observer.observe(article));
// Before printing, all shown documents are rendered.
addEventListener("beforeprint", () => articles.forEach(article => article.hidden || render(article, article.entry)));
