// index.html: sorting and filtering of what is already there.
(() => {
"use strict";
const table = document.querySelector(".all");
if (!table) return;
const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
const tools = document.querySelector(".tools"), find = document.getElementById("find"), show = document.getElementById("show"), shown = document.getElementById("shown");
const value = (row, column) => {
  const cell = row.cells[column], key = cell.dataset.v;
  return key === undefined ? cell.textContent.trim().toLowerCase() : key === "" ? null : Number(key);
};

// What is not known comes last in both directions; equal rows keep the order of their place.
function sort(column, falling) {
  const order = rows.map(row => [value(row, column), value(row, 0), row]).sort(([a, p], [b, q]) => {
    const unknown = x => x === null || x === "\u2013";
    if (unknown(a) || unknown(b)) return unknown(a) - unknown(b) || p - q;
    const by = typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
    return (falling ? -by : by) || p - q;
  });
  body.append(...order.map(([, , row]) => row));
  heads.forEach((head, i) => i === column ? head.setAttribute("aria-sort", falling ? "descending" : "ascending") : head.removeAttribute("aria-sort"));
}

heads.forEach((head, column) => {
  if (!head.classList.contains("sort")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  button.addEventListener("click", () => {
    const now = head.getAttribute("aria-sort"), numbers = rows.some(row => typeof value(row, column) === "number");
    sort(column, now ? now === "ascending" : numbers && column > 0);
  });
  head.replaceChildren(button);
});
heads[0].setAttribute("aria-sort", "ascending");

function filter() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean), kind = show.value;
  const fits = element => words.every(word => element.dataset.text.includes(word)) &&
    (kind === "all" || kind === "grade" && Number(element.dataset.grade) >= 1 || kind === "doubts" && Number(element.dataset.doubts) > 0);
  let count = 0;
  for (const row of rows) count += !(row.hidden = !fits(row));
  for (const patient of document.querySelectorAll(".patient")) {
    let any = false;
    for (const entry of patient.querySelectorAll(".entry")) any = !(entry.hidden = !fits(entry)) || any;
    for (const row of patient.querySelectorAll("tbody tr")) row.hidden = !row.querySelector(".entry:not([hidden])");
    patient.hidden = !any;
  }
  shown.textContent = count + " of " + rows.length + " shown";
}
find.addEventListener("input", filter);
show.addEventListener("change", filter);
tools.hidden = false;
filter();
})();
