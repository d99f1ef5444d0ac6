// On a phone a row of a list is a card, in which each value is told with the head of its column; a table of few short
// columns stays one. Without this script, tables scroll.
"use strict";
const MOST_NARROW = 4;
function label(table) {
  const heads = [...table.querySelectorAll("thead th")];
  const rows = [...table.querySelectorAll("tbody tr")];
  const plain = table.tHead && table.tHead.rows.length === 1 && rows.every((row) => row.cells.length === heads.length);
  if (!plain) return;
  if (heads.length <= MOST_NARROW && !table.querySelector("td.long")) {
    table.classList.add("narrow");
    return;
  }
  for (const row of rows) {
    [...row.cells].forEach((cell, at) => {
      cell.dataset.label = heads[at].textContent.trim();
      const text = cell.textContent.trim();
      if (!text || text === "–") cell.classList.add("void");
    });
  }
  table.classList.add("cards");
}
for (const table of document.querySelectorAll("main .wide > table")) label(table);
