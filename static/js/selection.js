// Around a table with check boxes: data-selection. data-select-all marks them all or none, Shift marks a range, and
// data-selected-count says how many. What has data-needs-selection is off while none is marked: it can be reached, so
// that its data-needs-selection-reason can be read, and does nothing.

const boxesOf = (scope) => [...scope.querySelectorAll("[data-select]")];
let last = null;

function sync() {
  const scope = document.querySelector("[data-selection]");
  const boxes = scope ? boxesOf(scope) : [];
  const marked = boxes.filter((box) => box.checked).length;
  for (const control of document.querySelectorAll("[data-needs-selection]")) {
    control.setAttribute("aria-disabled", marked === 0);
    control.parentElement.querySelector("[data-needs-selection-reason]").hidden = marked > 0;
  }
  const count = document.querySelector("[data-selected-count]");
  const said = marked ? `${marked} selected` : "";
  if (count && count.textContent !== said) count.textContent = said;
  const all = scope?.querySelector("[data-select-all]");
  if (!all) return;
  all.disabled = boxes.length === 0;
  all.checked = marked > 0 && marked === boxes.length;
  all.indeterminate = marked > 0 && marked < boxes.length;
}

function markRange(boxes, from, to) {
  const [first, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
  if (first < 0) return;
  for (const box of boxes.slice(first, end + 1)) box.checked = to.checked;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("[data-select]");
  if (!box) return;
  if (event.shiftKey && last?.isConnected) markRange(boxesOf(box.closest("[data-selection]")), last, box);
  last = box;
  sync();
});

// Before the menu hears of it.
for (const kind of ["click", "keydown"]) {
  document.addEventListener(
    kind,
    (event) => {
      const isOff = event.target.closest?.("[data-needs-selection][aria-disabled=true]");
      if (isOff && event.key !== "Tab") event.stopImmediatePropagation();
    },
    true,
  );
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("[data-select-all], [data-select]")) return;
  if (target.matches("[data-select-all]")) {
    for (const box of boxesOf(target.closest("[data-selection]"))) box.checked = target.checked;
  }
  sync();
});

document.addEventListener("htmx:load", sync);
window.addEventListener("pageshow", sync); // the browser may bring check boxes back as they were left
sync();
