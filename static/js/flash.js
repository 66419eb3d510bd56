// Notifications: data-flash-dismiss takes one away; more than one is a stack that data-flash-toggle opens.

const flashbar = document.querySelector("[data-flashbar]");
const list = flashbar?.querySelector("ul");

function restack() {
  const flashes = [...list.querySelectorAll("[data-flash]")];
  flashbar.classList.toggle("flashbar--stacked", flashes.length > 1);
  if (flashes.length < 2) flashbar.querySelector("[data-flash-toggle]").setAttribute("aria-expanded", "false");
  for (const counter of flashbar.querySelectorAll("[data-flash-count]")) {
    const count = flashes.filter((flash) => flash.dataset.flash === counter.dataset.flashCount).length;
    counter.lastElementChild.textContent = count;
    counter.hidden = count === 0;
  }
}

document.addEventListener("click", ({ target }) => {
  const dismiss = target.closest("[data-flash-dismiss]");
  if (dismiss) {
    dismiss.closest("[data-flash]").remove();
    (list.querySelector("[data-flash]:last-child [data-flash-dismiss]") ?? document.getElementById("content")).focus();
  }
  const toggle = target.closest("[data-flash-toggle]");
  toggle?.setAttribute("aria-expanded", toggle.getAttribute("aria-expanded") !== "true");
});

document.addEventListener("htmx:sendError", () => {
  list.append(flashbar.querySelector("[data-flash-offline]").content.cloneNode(true));
});

if (flashbar) {
  new MutationObserver(restack).observe(list, { childList: true });
  restack();
}
