// A tooltip for every labelled word: on click or focus it shows all labels that cover the word, right ones too.
const tooltip = make("div", { id: "tooltip", role: "tooltip", hidden: "" });
document.body.append(tooltip);
let target = null;

function showTooltip(part, entry, highlight) {
  const size = index => entry.items[index].spans.reduce((sum, [start, end]) => sum + end - start, 0);
  const listed = new Set(part.items.map(index => isListed(entry.items[index]) ? index : entry.items[index].partner));
  const innermost = [...listed].sort((a, b) => size(a) - size(b));
  tooltip.replaceChildren(...innermost.slice(0, 8).map(index => {
    const row = make("div", { class: "row" }, ...describe(entry, entry.items[index]));
    row.style.setProperty("--of", colours.get(entry.items[index].label));
    return row;
  }));
  tooltip.hidden = false;
  part.setAttribute("aria-describedby", "tooltip");
  highlight(new Set([innermost[0], entry.items[innermost[0]].partner]));
  target = part;
  place();
}

// Below the word, or above it where there is no room; the tooltip follows the word when that moves.
function place() {
  if (!target) return;
  const lines = [...target.getClientRects()], box = tooltip.getBoundingClientRect();
  const below = lines.at(-1).bottom + 8 + box.height < innerHeight || lines[0].top < box.height + 8;
  const word = lines.at(below ? -1 : 0);
  tooltip.style.top = `${below ? word.bottom + 8 : word.top - box.height - 8}px`;
  tooltip.style.left = `${Math.max(8, Math.min(word.left, document.documentElement.clientWidth - box.width - 8))}px`;
}
addEventListener("scroll", place, { passive: true });
new ResizeObserver(place).observe(document.body);

function hideTooltip() {
  tooltip.hidden = true;
  target?.removeAttribute("aria-describedby");
  target = null;
}

// Only the first labelled word of a text is a tab stop; arrow keys move to the others.
function makeFocusable(text, parts, entry, highlight) {
  const starts = parts.filter(part => part.items && part.isStart);
  for (const part of parts) if (part.items) part.tabIndex = -1;
  for (const part of starts) {
    part.setAttribute("role", "button");
    if (!part.textContent.trim()) part.setAttribute("aria-label", "blank");
  }
  if (starts.length) starts[0].tabIndex = 0;
  text.addEventListener("focusin", event => showTooltip(event.target, entry, highlight));
  text.addEventListener("focusout", hideTooltip);
  text.addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step && starts[starts.indexOf(event.target) + (getComputedStyle(text).direction === "rtl" ? -step : step)];
    if (event.key === "Escape") hideTooltip();
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}
