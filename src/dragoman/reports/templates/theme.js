"use strict";
// The colour scheme itself is set by CSS alone. This stores the choice for the next page if the browser allows storage.
for (const choice of document.querySelectorAll(".theme input")) {
  const stored = act => {
    try { return act(window.localStorage); } catch { return null; }
  };
  if (stored(storage => storage.getItem("dragoman-theme")) === choice.value) choice.checked = true;
  choice.addEventListener("change", () => stored(storage => storage.setItem("dragoman-theme", choice.value)));
}
