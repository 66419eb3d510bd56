// data-rows: data-rows-add puts a copy of data-rows-template into data-rows-list, data-row-remove takes a row away.
// A row that the server already knows (data-row-existing) is only marked, its fields are not posted, and Undo brings
// it back. data-rows-limit and data-rows-left count. Fires "rows:changed" on the data-rows element.

const removed = (row) => row.hasAttribute("data-removed");

function count(editor) {
  const used = [...editor.querySelectorAll("[data-row]")].filter((row) => !removed(row)).length;
  const left = editor.dataset.rowsLimit ? Math.max(0, editor.dataset.rowsLimit - used) : Infinity;
  const counter = editor.querySelector("[data-rows-left]");
  if (counter) counter.textContent = left;
  const add = editor.querySelector("[data-rows-add]");
  add.toggleAttribute("disabled", left === 0);
}

function addRow(editor) {
  const list = editor.querySelector("[data-rows-list]");
  list.append(editor.querySelector("[data-rows-template]").content.cloneNode(true));
  window.htmx?.process(list.lastElementChild); // a row may ask the server for what its fields offer
  list.lastElementChild.querySelector("input, select, textarea")?.focus();
}

function markRemoved(row, button) {
  row.toggleAttribute("data-removed");
  for (const field of row.querySelectorAll("input, select, textarea")) field.disabled = removed(row);
  button.textContent = removed(row) ? "Undo" : "Remove";
}

function removeRow(row, button) {
  if (row.hasAttribute("data-row-existing")) {
    markRemoved(row, button);
    return;
  }
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const editor = row.closest("[data-rows]");
  row.remove();
  (next?.querySelector("[data-row-remove]") ?? editor.querySelector("[data-rows-add]")).focus();
}

document.addEventListener("click", ({ target }) => {
  const editor = target.closest("[data-rows]");
  const add = target.closest("[data-rows-add]");
  const remove = target.closest("[data-row-remove]");
  if (!editor || !(add || remove)) return;
  if (add) addRow(editor);
  else removeRow(remove.closest("[data-row]"), remove);
  count(editor);
  editor.dispatchEvent(new CustomEvent("rows:changed", { bubbles: true }));
});

function countAll() {
  for (const editor of document.querySelectorAll("[data-rows]:not([data-rows-ready])")) {
    editor.setAttribute("data-rows-ready", "");
    for (const spare of editor.querySelectorAll("[data-row-spare]")) spare.remove();
    count(editor);
  }
}

document.addEventListener("htmx:load", countAll);
countAll();
