// A table with data-arrow-keys: up and down go to the same column's control in the next row, left and right to the next
// control of the row, Home and End to its ends, with Ctrl to the table's. Tab goes on as in any page.

const CONTROLS = "a[href], button, input:not([type=hidden])";

function there(table, control, event) {
  const row = control.closest("tr");
  const inRow = [...row.querySelectorAll(CONTROLS)];
  const all = [...table.querySelectorAll(CONTROLS)];
  const ends = event.ctrlKey ? all : inRow;
  if (event.key === "Home") return ends[0];
  if (event.key === "End") return ends.at(-1);
  if (event.key === "ArrowLeft") return inRow[inRow.indexOf(control) - 1];
  if (event.key === "ArrowRight") return inRow[inRow.indexOf(control) + 1];
  const rows = [...table.rows];
  const column = control.closest("td, th").cellIndex;
  const step = event.key === "ArrowDown" ? 1 : -1;
  for (let index = rows.indexOf(row) + step; rows[index]; index += step) {
    const found = rows[index].cells[column]?.querySelector(CONTROLS);
    if (found) return found;
  }
  return null;
}

document.addEventListener("keydown", (event) => {
  if (!["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
  if (event.altKey || event.metaKey || event.shiftKey) return;
  const control = event.target.closest?.("[data-arrow-keys] :is(td, th) :is(a[href], button, input)");
  if (!control) return;
  const table = control.closest("[data-arrow-keys]");
  const next = there(table, control, event);
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
});
