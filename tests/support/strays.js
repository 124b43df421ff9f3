() => {
  const boxes = "td, th, li, p, h1, h2, h3, caption, dd, dt, button, summary, legend, label, a, output";
  const found = new Set();
  const say = (what, node) => found.add(`${what}: ${(node.textContent || "").slice(0, 60)}`);
  const rectangles = node => {
    const range = document.createRange();
    range.selectNode(node);
    return [...range.getClientRects()].filter(each => each.width);
  };
  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) found.add(`the page is ${width} wide`);

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const box = text.parentElement.closest(boxes);
    if (!box || !text.data.trim() || !text.parentElement.checkVisibility()) continue;
    if (getComputedStyle(text.parentElement).overflowX === "hidden") continue; // what would leave it is cut off
    const bounds = box.getBoundingClientRect();
    for (const lies of rectangles(text)) {
      const over = [bounds.left - lies.left, lies.right - bounds.right, bounds.top - lies.top, lies.bottom - bounds.bottom];
      if (Math.max(...over) > 8) say(`out of its box by ${over.map(Math.round)}`, text);
    }
  }

  // What stands before a string from outside is seen before it, and what stands after it is seen after it.
  const sameLine = (one, other) => Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4;
  for (const outside of document.querySelectorAll("bdi")) {
    if (getComputedStyle(outside.parentElement).direction !== "ltr" || !outside.checkVisibility()) continue;
    const mine = rectangles(outside);
    for (const [sibling, before] of [[outside.previousSibling, true], [outside.nextSibling, false]]) {
      if (!sibling || !sibling.textContent.trim()) continue;
      const moved = rectangles(sibling).some(theirs => mine.some(each =>
        sameLine(theirs, each) && (before ? theirs.left > each.left : theirs.right < each.right)));
      if (moved) say("moved", sibling);
    }
  }

  const hidden = /[\p{Bidi_Control}\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u2060\ufeff]/u;
  for (const each of document.querySelectorAll("title, option, caption, th, td, h1, h3, .about, .note, .kind, .chain"))
    if (hidden.test(each.textContent)) say("hides something", each);
  return [...found];
}
