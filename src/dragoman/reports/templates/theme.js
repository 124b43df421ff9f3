"use strict";
// Style alone follows the choice of colours. Here it is stored for the next page, where the browser allows storage.
for (const choice of document.querySelectorAll(".theme input")) {
  const stored = act => {
    try { return act(window.localStorage); } catch { return null; }
  };
  if (stored(storage => storage.getItem("dragoman-theme")) === choice.value) choice.checked = true;
  choice.addEventListener("change", () => stored(storage => storage.setItem("dragoman-theme", choice.value)));
}
