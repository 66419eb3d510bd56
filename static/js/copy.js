// <button data-copy="selector">: copies the text of what the selector finds, within the nearest
// data-copy-scope; if it is not in there, in the page.

const SHOWN_FOR = 2000;

async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Outside a secure context (http, another host) there is only the old way.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("The browser refused to copy.");
}

function say(scope, text, failed) {
  const feedback = scope.querySelector("[data-copy-feedback]");
  if (!feedback) return;
  feedback.toggleAttribute("data-failed", failed);
  feedback.textContent = text;
  setTimeout(() => (feedback.textContent = ""), SHOWN_FOR);
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const scope = button.closest("[data-copy-scope]") ?? document;
  const source = scope.querySelector(button.dataset.copy) ?? document.querySelector(button.dataset.copy);
  try {
    await copyText(source.value ?? source.textContent);
    say(scope, "Copied", false);
  } catch {
    say(scope, "Failed to copy", true);
  }
  button.focus();
});
