// data-navigation-toggle opens and closes the side navigation; Alt+S goes to the search box that names the key.

const narrow = matchMedia("(width < 43rem)");
const navigation = document.getElementById("side-navigation");

function isOpen() {
  return narrow.matches ? navigation.hasAttribute("data-open") : !navigation.hasAttribute("data-closed");
}

function sayState() {
  for (const button of document.querySelectorAll("[data-navigation-toggle]")) {
    button.setAttribute("aria-expanded", isOpen());
  }
}

function toggle() {
  navigation.toggleAttribute(narrow.matches ? "data-open" : "data-closed");
  sayState();
  if (isOpen()) navigation.querySelector("a, button").focus();
  else document.querySelector(".toolbar [data-navigation-toggle]").focus();
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-navigation-toggle]")) toggle();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && navigation?.contains(event.target) && narrow.matches && isOpen()) toggle();
  if (!event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const field = document.querySelector(`[data-shortcut="${CSS.escape(event.code)}"]`);
  if (!field) return;
  event.preventDefault();
  field.focus();
});

if (navigation) {
  narrow.addEventListener("change", sayState);
  sayState();
}
