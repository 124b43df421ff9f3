// Draws each document when it comes into sight, lists what the filters let through, and walks from one to the next.
const drawn = new Map();
function draw(article, entry) {
  if (drawn.has(entry)) return;
  const [text, parts] = drawText(entry);
  const list = make("ul", { class: "list", "aria-label": `Labels in ${entry.id}` });
  const buttons = [];
  const lit = indices => {
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
      const words = lit(new Set([index, item.partner]));
      button.classList.add("on");
      return words[0];
    };
    button.addEventListener("focus", button.show);
    button.addEventListener("mouseenter", button.show);
    button.addEventListener("click", () => button.show()?.scrollIntoView({ block: "nearest" }));
    buttons.push(button);
    list.append(make("li", {}, button));
  });
  const none = make("li", { class: "none" }, entry.items.some(isMistake) ? "No label that the filters let through." : "No mistake.");
  list.append(none);
  askable(text, parts, entry, lit);
  article.append(make("div", { class: "columns" }, text, list));
  drawn.set(entry, { buttons, none });
  apply(article);
}

const articles = held.map(entry => {
  const article = make("article", {});
  const heading = make("h3", {}, make("bdi", {}, entry.id));
  const words = (entry.text || "").trim();
  // Of a short text the first words would be all, and so is the title of many.
  const begins = entry.title || (words.length > 200 ? words.slice(0, 200) : words);
  if (begins !== words) heading.append(" ", make("bdi", { class: "title", lang: language(entry) }, begins));
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

function chosen() {
  const boxes = name => new Set([...filters.querySelectorAll(`[name=${name}]:checked`)].map(box => box.value));
  return { layers: boxes("layer"), kinds: boxes("kind"), type: filters.elements.type.value };
}
let wanted = chosen();
const passes = item => isListed(item) && wanted.layers.has(item.layer) && wanted.kinds.has(item.kind) && (!wanted.type || item.label === wanted.type);
function apply(article) {
  const { buttons, none } = drawn.get(article.entry) || { buttons: [] };
  for (const button of buttons) button.parentElement.hidden = !passes(button.item);
  if (none) none.hidden = buttons.some(button => !button.parentElement.hidden);
}
const many = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
function filter() {
  wanted = chosen();
  let labels = 0, documents = 0;
  for (const article of articles) {
    const count = article.entry.items.filter(passes).length;
    labels += count;
    documents += count > 0;
    apply(article);
  }
  filters.querySelector(".count").textContent = `${many(labels, wanted.kinds.has("right") ? "label" : "mistake")} in ${many(documents, "document")}`;
}
filters.addEventListener("change", filter);
filters.addEventListener("submit", event => event.preventDefault());
filter();

document.getElementById("documents").append(...articles);
const seen = new IntersectionObserver(found => {
  for (const each of found) if (each.isIntersecting) draw(each.target, each.target.entry);
}, { rootMargin: "800px" });
articles.forEach(article => seen.observe(article));
// Paper has no scrolling: all documents are drawn before they are printed.
addEventListener("beforeprint", () => articles.forEach(article => draw(article, article.entry)));

const help = document.getElementById("help");
const opener = document.getElementById("keys");
opener.hidden = false;
opener.addEventListener("click", () => help.showModal());
help.querySelector("button").addEventListener("click", () => help.close());

const visible = article => drawn.get(article.entry).buttons.filter(button => !button.parentElement.hidden);
// The next label that the filters let through, over the bounds of documents; with ``whole`` the first of another document.
function walk(step, whole) {
  const here = document.activeElement.closest("article");
  let at = here ? articles.indexOf(here) : step > 0 ? -1 : articles.length;
  const shown = here && !whole ? visible(here) : [];
  const place = shown.indexOf(document.activeElement);
  let next = place < 0 ? (here && !whole && !document.activeElement.closest(".list") ? shown.at(step > 0 ? 0 : -1) : undefined) : shown[place + step];
  while (!next) {
    at += step;
    if (at < 0 || at >= articles.length) return;
    if (!articles[at].entry.items.some(passes)) continue;
    draw(articles[at], articles[at].entry);
    next = visible(articles[at]).at(step > 0 || whole ? 0 : -1);
  }
  next.focus({ preventScroll: true });
  const list = next.closest(".list"), word = next.show();
  // Beside the text the list stays in sight, so that the words can be brought there; below it there is room for one only.
  const beside = word && getComputedStyle(list).position === "sticky";
  (beside ? word : next).scrollIntoView({ block: "center" });
  if (beside) list.scrollTop = next.offsetTop - (list.clientHeight - next.offsetHeight) / 2;
}
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || help.open || /^(SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const act = { j: () => walk(1), n: () => walk(1), k: () => walk(-1), p: () => walk(-1), J: () => walk(1, true), K: () => walk(-1, true), "?": () => help.showModal() }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
