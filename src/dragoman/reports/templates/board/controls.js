// Filters, column selection, the notice that a table scrolls, and copying: the pages work without them.
const bar = document.querySelector(".controls");
if (bar) {
  const tables = [...document.querySelectorAll("table.sortable")];
  const rows = [...document.querySelectorAll("tr[data-system]")];
  const [name, layers, weights, size] = ["by-name", "by-layers", "by-weights", "by-size"].map((each) => bar.querySelector(`.${each}`));
  const said = bar.querySelector("output");
  const systems = (all) => new Set(all.filter((row) => row.closest("table.sortable")).map((row) => row.dataset.system)).size;
  const filter = () => {
    const wanted = name.value.trim().toLowerCase();
    const attempted = layers.value.split(" ").filter(Boolean);
    const kinds = weights.value === "not said" ? ["not said"] : weights.value.split(" ").filter(Boolean);
    for (const row of rows) {
      const has = row.dataset.layers.split(" ");
      row.hidden = !(
        row.querySelector("th.name bdi").textContent.toLowerCase().includes(wanted) &&
        attempted.every((layer) => has.includes(layer)) &&
        (!kinds.length || kinds.includes(row.dataset.weights)) &&
        (!size.value || row.dataset.size === size.value)
      );
    }
    said.textContent = `${systems(rows.filter((row) => !row.hidden))} of ${systems(rows)} system${systems(rows) === 1 ? "" : "s"}`;
  };
  for (const each of [name, layers, weights, size]) each.addEventListener("input", filter);

  const choice = bar.querySelector(".columns div");
  const heads = tables.flatMap((table) => [...table.tHead.rows[0].cells]).filter((head) => head.dataset.column);
  for (const key of new Set(heads.map((head) => head.dataset.column))) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    label.append(box, ` ${heads.find((head) => head.dataset.column === key).textContent.trim().replace(/\s+/g, " ")}`);
    choice.append(label);
    box.addEventListener("change", () => {
      for (const head of heads.filter((each) => each.dataset.column === key))
        for (const row of head.closest("table").rows) row.cells[head.cellIndex].hidden = !box.checked;
      signs();
    });
  }
  bar.hidden = false;
  filter();
}

// A table that is wider than the page shows how many of its columns are out of view.
const scrolls = [...document.querySelectorAll(".scroll")].map((scroll) => {
  const sign = document.createElement("p");
  sign.className = "sign";
  sign.setAttribute("aria-hidden", "true");
  scroll.before(sign);
  return { scroll, sign };
});
function signs() {
  for (const { scroll, sign } of scrolls) {
    const edge = scroll.getBoundingClientRect().right;
    const cells = [...(scroll.querySelector("thead tr")?.cells || [])].filter((cell) => !cell.hidden);
    const beyond = cells.filter((cell) => cell.getBoundingClientRect().right > edge + 8).length;
    sign.textContent = beyond ? `${beyond} more column${beyond > 1 ? "s" : ""}: scroll →` : "";
    sign.hidden = !beyond;
  }
}
for (const { scroll } of scrolls) scroll.addEventListener("scroll", signs, { passive: true });
addEventListener("resize", signs);
for (const each of document.querySelectorAll("details")) each.addEventListener("toggle", signs);
signs();

for (const cite of document.querySelectorAll(".cite")) {
  const [text, button, said] = ["pre", "button", "output"].map((each) => cite.querySelector(each));
  button.hidden = false;
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(text);
    said.textContent = await navigator.clipboard.writeText(text.textContent).then(() => "Copied.", () => "Selected: copy it with the keyboard.");
  });
}
