// Without this script the tables are complete and sorted by rank; with it, clicking a heading sorts by its column.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const first = head.dataset.first || "descending";
      const other = first === "ascending" ? "descending" : "ascending";
      const way = head.getAttribute("aria-sort") === first ? other : first;
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", way);
      const sign = way === "ascending" ? 1 : -1;
      const value = (row) => row.cells[column].dataset.value;
      const rows = [...body.rows].sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        const numeric = !Number.isNaN(Number.parseFloat(x)) && !Number.isNaN(Number.parseFloat(y)) && !head.classList.contains("name");
        return sign * (numeric ? Number.parseFloat(x) - Number.parseFloat(y) : x.localeCompare(y));
      });
      body.append(...rows);
    });
  });
}
