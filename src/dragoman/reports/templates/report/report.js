// Renders each document when it scrolls into view, filters its list of labels, and moves from one error to the next.
const rendered = new Map();
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
  entry.items.forEach((item, index) => {
    if (!isListed(item)) return;
    const button = make("button", { type: "button" }, ...describe(entry, item));
    button.style.setProperty("--of", colours.get(item.label));
    button.item = item;
    button.show = () => {
      const words = highlight(new Set([index, item.partner]));
      button.classList.add("on");
      return words[0];
    };
    button.addEventListener("focus", button.show);
    button.addEventListener("mouseenter", button.show);
    button.addEventListener("click", () => button.show()?.scrollIntoView({ block: "nearest" }));
    buttons.push(button);
    list.append(make("li", {}, button));
  });
  const none = make("li", { class: "none" }, entry.items.some(isError) ? "No label that passes the filters." : "No mistake.");
  list.append(none);
  makeFocusable(text, parts, entry, highlight);
  article.append(make("div", { class: "columns" }, text, list));
  rendered.set(entry, { buttons, none });
  apply(article);
}

const articles = docs.map(entry => {
  const article = make("article", {});
  const heading = make("h3", {}, make("bdi", {}, entry.id));
  const words = (entry.text || "").trim();
  // The opening of a short text would repeat all of it, and so does the title of many.
  const opening = entry.title || (words.length > 200 ? words.slice(0, 200) : words);
  if (opening !== words) heading.append(" ", make("bdi", { class: "title", lang: language(entry) }, opening));
  article.append(heading);
  const about = make("p", { class: "about" });
  for (const fact of [entry.kind, entry.language, entry.published, entry.missing ? "left out by the system" : null].filter(Boolean))
    about.append(about.childNodes.length ? " · " : "", make("bdi", {}, fact));
  article.append(about);
  article.entry = entry;
  return article;
});

for (const type of types.slice(0, 500)) filters.elements.type.append(make("option", { value: type }, type.slice(0, 60)));
for (const type of types.slice(0, 40)) {
  const key = make("li", {}, make("bdi", {}, type.slice(0, 60)));
  key.style.setProperty("--of", colours.get(type));
  document.querySelector(".legend").append(key);
}

function readFilters() {
  const boxes = name => new Set([...filters.querySelectorAll(`[name=${name}]:checked`)].map(box => box.value));
  return { layers: boxes("layer"), kinds: boxes("kind"), type: filters.elements.type.value };
}
let filterState = readFilters();
const passes = item => isListed(item) && filterState.layers.has(item.layer) && filterState.kinds.has(item.kind) && (!filterState.type || item.label === filterState.type);
function apply(article) {
  const { buttons, none } = rendered.get(article.entry) || { buttons: [] };
  for (const button of buttons) button.parentElement.hidden = !passes(button.item);
  if (none) none.hidden = buttons.some(button => !button.parentElement.hidden);
}
const many = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
function filter() {
  filterState = readFilters();
  let labels = 0, documents = 0;
  for (const article of articles) {
    const count = article.entry.items.filter(passes).length;
    labels += count;
    documents += count > 0;
    apply(article);
  }
  filters.querySelector(".count").textContent = `${many(labels, filterState.kinds.has("right") ? "label" : "mistake")} in ${many(documents, "document")}`;
}
filters.addEventListener("change", filter);
filters.addEventListener("submit", event => event.preventDefault());
filter();

document.getElementById("documents").append(...articles);
const observer = new IntersectionObserver(entries => {
  for (const each of entries) if (each.isIntersecting) render(each.target, each.target.entry);
}, { rootMargin: "800px" });
articles.forEach(article => observer.observe(article));
// Paper does not scroll: all documents are rendered before they are printed.
addEventListener("beforeprint", () => articles.forEach(article => render(article, article.entry)));

const help = document.getElementById("help");
const opener = document.getElementById("keys");
opener.hidden = false;
opener.addEventListener("click", () => help.showModal());
help.querySelector("button").addEventListener("click", () => help.close());

const visible = article => rendered.get(article.entry).buttons.filter(button => !button.parentElement.hidden);
// Focuses the next label that passes the filters, in any document; with `byDocument` the first one of another document.
function move(step, byDocument) {
  const here = document.activeElement.closest("article");
  let at = here ? articles.indexOf(here) : step > 0 ? -1 : articles.length;
  const shown = here && !byDocument ? visible(here) : [];
  const place = shown.indexOf(document.activeElement);
  let next = place < 0 ? (here && !byDocument && !document.activeElement.closest(".list") ? shown.at(step > 0 ? 0 : -1) : undefined) : shown[place + step];
  while (!next) {
    at += step;
    if (at < 0 || at >= articles.length) return;
    if (!articles[at].entry.items.some(passes)) continue;
    render(articles[at], articles[at].entry);
    next = visible(articles[at]).at(step > 0 || byDocument ? 0 : -1);
  }
  next.focus({ preventScroll: true });
  const list = next.closest(".list"), word = next.show();
  // A list beside the text is sticky and stays in view, so scroll to the words; a list below the text scrolls away, so scroll to the item.
  const beside = word && getComputedStyle(list).position === "sticky";
  (beside ? word : next).scrollIntoView({ block: "center" });
  if (beside) list.scrollTop = next.offsetTop - (list.clientHeight - next.offsetHeight) / 2;
}
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || help.open || /^(SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const act = { j: () => move(1), n: () => move(1), k: () => move(-1), p: () => move(-1), J: () => move(1, true), K: () => move(-1, true), "?": () => help.showModal() }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
