// Moves between labels by key, by button, and by URL fragment.
const help = document.getElementById("help");
const opener = document.getElementById("keys");
opener.hidden = false;
opener.addEventListener("click", () => help.showModal());
help.querySelector("button").addEventListener("click", () => help.close());

function goTo({ entry, item }) {
  const { article } = entry;
  render(article, entry);
  const button = item.line.querySelector("button");
  button.focus({ preventScroll: true });
  const list = button.closest(".list"), word = button.show();
  // A list beside the text is sticky and stays in view, so scroll to the words; a list below the text scrolls away, so scroll to the item.
  const beside = word && getComputedStyle(list).position === "sticky";
  (beside ? word : button).scrollIntoView({ block: "center" });
  if (beside) list.scrollTop = item.line.offsetTop - (list.clientHeight - item.line.offsetHeight) / 2;
  // At the beginning of a document the list is lower than its sticky position: scroll the list first, then the page.
  const below = () => Math.max(0, item.line.getBoundingClientRect().bottom - innerHeight + 8);
  list.scrollTop += below();
  if (beside && below()) scrollBy(0, below());
}

// The next label that passes the filters; with `byDocument` the first one of another document.
function move(step, byDocument) {
  if (!shown.length) return;
  const focused = document.activeElement.closest("article")?.entry;
  const here = current && shown.findIndex(each => each.item === current[1]);
  let next;
  if (byDocument) {
    const ordered = [...new Set(shown.map(each => each.entry))];
    const at = focused || (current && current[0]);
    const place = at ? ordered.indexOf(at) : step > 0 ? -1 : ordered.length;
    next = shown.find(each => each.entry === ordered[place + step]);
  } else if (current && here >= 0) next = shown[here + step];
  else next = shown.at(step > 0 ? 0 : -1);
  if (next) goTo(next);
}
document.querySelector(".next").addEventListener("click", () => move(1));
document.querySelector(".previous").addEventListener("click", () => move(-1));

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || help.open || event.target.matches("select, textarea, [type=search]")) return;
  const act = { j: () => move(1), n: () => move(1), k: () => move(-1), p: () => move(-1), J: () => move(1, true), K: () => move(-1, true), "/": () => control("search").focus(), "?": () => help.showModal() }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// #at=DOCUMENT|LABEL opens a label, #open=DOCUMENT a document; all else are filters.
function follow() {
  const asked = new URLSearchParams(location.hash.slice(1));
  if (![...asked.keys()].some(name => ["at", "open", "layer", "kind", "search", "all", ...SELECTS].includes(name))) return;
  const id = asked.get("open") ?? (asked.get("at") || "").slice(0, (asked.get("at") || "").lastIndexOf("|"));
  const entry = docs.find(each => each.id === id);
  if (asked.has("open")) {
    entry?.article.scrollIntoView({ block: "start" });
    return;
  }
  if (asked.has("at")) {
    const item = entry?.items.find(each => each.at === asked.get("at").slice(id.length + 1));
    if (!item) return;
    if (!passes(entry, item)) {
      clearFilters();
      control("only").checked = isError(item);
      filter();
    }
    goTo({ entry, item });
    return;
  }
  setFilters(asked);
  filter();
  document.getElementById("mistakes").scrollIntoView({ block: "start" });
}
addEventListener("hashchange", follow);
follow();
