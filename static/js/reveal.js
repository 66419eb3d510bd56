// <button data-reveal>: shows or hides the text of the nearest data-reveal-scope (see cotton/copy_to_clipboard.html).
// <button data-reveal="selector">: does so for every such button that the selector finds.

function setRevealed(button, revealed) {
  const scope = button.closest("[data-reveal-scope]");
  scope.querySelector("[data-reveal-text]").hidden = !revealed;
  scope.querySelector("[data-reveal-mask]").hidden = revealed;
  button.setAttribute("aria-pressed", revealed);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-reveal]");
  if (!button) return;
  const revealed = button.getAttribute("aria-pressed") !== "true";
  if (!button.dataset.reveal) {
    setRevealed(button, revealed);
    return;
  }
  button.setAttribute("aria-pressed", revealed);
  for (const each of document.querySelectorAll(button.dataset.reveal)) setRevealed(each, revealed);
});
