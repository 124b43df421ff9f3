"use strict";
// Style alone follows the choice of colours. Here it is kept for the next page, where the browser lets a page keep anything.
for (const choice of document.querySelectorAll(".theme input")) {
  const stored = act => {
    try { return act(window.localStorage); } catch { return null; }
  };
  if (stored(kept => kept.getItem("dragoman-theme")) === choice.value) choice.checked = true;
  choice.addEventListener("change", () => stored(kept => kept.setItem("dragoman-theme", choice.value)));
}
