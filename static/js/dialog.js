// <a hx-get="..." hx-target="#dialog"> loads a fragment; this opens it, and closes it on data-close-dialog,
// on Esc, on a click beside it and on the server's event "dialog:close". The focus goes back to where it came from.

const dialog = document.getElementById("dialog");
let opener = null;

function rememberOpener(element) {
  const menuButton = element.closest("[data-menu]")?.querySelector("[data-menu-button]");
  opener = menuButton ?? element;
}

function focusFirst() {
  const body = dialog.querySelector(".modal__body");
  const field = "input:not([type=hidden]), select, textarea";
  const first =
    dialog.querySelector("[aria-invalid=true]") ??
    dialog.querySelector("[autofocus]") ??
    [...(body?.querySelectorAll(field) ?? [])].find((element) => element.checkVisibility() && !element.disabled) ??
    dialog.querySelector(".modal__footer .button--primary") ??
    dialog.querySelector("[data-close-dialog]");
  first?.focus();
}

function returnFocus() {
  // A saved panel is a new element: its button is found again by id.
  const target = opener?.isConnected ? opener : opener?.id ? document.getElementById(opener.id) : null;
  (target ?? document.getElementById("content"))?.focus({ preventScroll: !target });
  opener = null;
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target === dialog && !dialog.open) rememberOpener(detail.elt);
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== dialog || !dialog.querySelector(".modal__box")) return;
  if (!dialog.open) dialog.showModal();
  // Editors that upgrade their textarea on htmx:load go first.
  requestAnimationFrame(focusFirst);
});

document.addEventListener("dialog:close", () => dialog.close());

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-close-dialog]")) {
    if (dialog.open) dialog.close();
    else history.back(); // the dialog is a page of its own
  }
});

// A click beside the dialog reaches the dialog element itself; one that began inside (selecting text) does not count.
let pressedBeside = false;
dialog?.addEventListener("pointerdown", ({ target }) => {
  pressedBeside = target === dialog;
});
dialog?.addEventListener("click", ({ target }) => {
  if (target === dialog && pressedBeside) dialog.close();
});

dialog?.addEventListener("close", () => {
  dialog.replaceChildren(); // what was typed or shown does not stay in the page
  returnFocus();
});
