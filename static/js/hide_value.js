// data-hide-after="60" around a secret's value: when so many seconds are over it leaves the page, counted down in
// data-hide-left; data-hide-later begins anew. It is masked when the tab is hidden, and gone when the page is left.

const WARN_AT = 20;

const shownValues = () => document.querySelectorAll("[data-hide-after]");

function begin(shown) {
  shown.hideAt = Date.now() + shown.dataset.hideAfter * 1000;
  shown.querySelector("[data-hide-timer]").hidden = false;
  shown.querySelector("[data-hide-warning]").textContent = "";
}

function empty(shown) {
  shown.replaceChildren();
  shown.removeAttribute("data-hide-after");
}

function hide(shown) {
  const dialog = shown.closest("dialog");
  empty(shown); // first of all, whatever the server answers
  if (dialog) dialog.close();
  else document.getElementById(shown.dataset.hideBy)?.click();
}

function count(shown) {
  const left = Math.ceil((shown.hideAt - Date.now()) / 1000);
  if (left <= 0) {
    hide(shown);
    return;
  }
  shown.querySelector("[data-hide-left]").textContent = left;
  const warning = shown.querySelector("[data-hide-warning]");
  if (left <= WARN_AT && !warning.textContent) warning.textContent = `The secret value is hidden in ${left} seconds.`;
}

setInterval(() => shownValues().forEach(count), 1000);

function beginAll() {
  for (const shown of shownValues()) if (!shown.hideAt) begin(shown);
}
document.addEventListener("htmx:load", beginAll);
beginAll();

document.addEventListener("click", ({ target }) => {
  const later = target.closest("[data-hide-later]")?.closest("[data-hide-after]");
  if (!later) return;
  begin(later);
  count(later);
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return;
  for (const button of document.querySelectorAll("[data-hide-after] [data-reveal]"))
    if (button.getAttribute("aria-pressed") === "true") button.click();
});

// A page that the browser keeps, to come back to at once, keeps no value.
let emptied = false;
addEventListener("pagehide", () => {
  emptied = shownValues().length > 0;
  shownValues().forEach(empty);
});
addEventListener("pageshow", ({ persisted }) => {
  if (persisted && emptied) location.reload();
});
