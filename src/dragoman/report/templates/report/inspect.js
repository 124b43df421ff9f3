// Every labelled word can be asked about: a click, or the focus, tells all labels that cover it, right ones too.
const told = make("div", { id: "told", role: "tooltip", hidden: "" });
document.body.append(told);
let asked = null;

function tell(part, entry, light) {
  const size = index => entry.items[index].spans.reduce((sum, [start, end]) => sum + end - start, 0);
  const listed = new Set(part.items.map(index => isListed(entry.items[index]) ? index : entry.items[index].partner));
  const innermost = [...listed].sort((a, b) => size(a) - size(b));
  told.replaceChildren(...innermost.slice(0, 8).map(index => {
    const one = make("div", { class: "one" }, ...describe(entry, entry.items[index]));
    one.style.setProperty("--of", colours.get(entry.items[index].label));
    return one;
  }));
  told.hidden = false;
  part.setAttribute("aria-describedby", "told");
  light(new Set([innermost[0], entry.items[innermost[0]].partner]));
  asked = part;
  place();
}

// Under the word, or over it where there is no room; it goes with the word when that moves.
function place() {
  if (!asked) return;
  const lines = [...asked.getClientRects()], box = told.getBoundingClientRect();
  const below = lines.at(-1).bottom + 8 + box.height < innerHeight || lines[0].top < box.height + 8;
  const word = lines.at(below ? -1 : 0);
  told.style.top = `${below ? word.bottom + 8 : word.top - box.height - 8}px`;
  told.style.left = `${Math.max(8, Math.min(word.left, document.documentElement.clientWidth - box.width - 8))}px`;
}
addEventListener("scroll", place, { passive: true });
new ResizeObserver(place).observe(document.body);

function hush() {
  told.hidden = true;
  asked?.removeAttribute("aria-describedby");
  asked = null;
}

// Only the first word of a text is a stop of the tab key; arrows lead to the others.
function askable(text, parts, entry, light) {
  const beginning = parts.filter(part => part.items && part.begins);
  for (const part of parts) if (part.items) part.tabIndex = -1;
  for (const part of beginning) {
    part.setAttribute("role", "button");
    if (!part.textContent.trim()) part.setAttribute("aria-label", "blank");
  }
  if (beginning.length) beginning[0].tabIndex = 0;
  text.addEventListener("focusin", event => tell(event.target, entry, light));
  text.addEventListener("focusout", hush);
  text.addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step && beginning[beginning.indexOf(event.target) + (getComputedStyle(text).direction === "rtl" ? -step : step)];
    if (event.key === "Escape") hush();
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}
