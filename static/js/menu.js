// data-menu around a data-menu-button and a .menu__list. Enter, Space and the arrows open it, arrows, Home, End and
// first letters move in it, Esc closes it and gives the focus back. Items that are switched off can be reached too.

const ITEMS = "[role^=menuitem], .menu__list button:not([data-menu-button]), .menu__list a[href]";

const openMenu = () => document.querySelector("[data-menu][data-open]");
const itemsOf = (menu) => [...menu.querySelectorAll(ITEMS)];
const buttonOf = (menu) => menu.querySelector("[data-menu-button]");

function close(menu) {
  menu.removeAttribute("data-open");
  menu.removeAttribute("data-flipped");
  buttonOf(menu).setAttribute("aria-expanded", "false");
}

function open(menu, which) {
  const other = openMenu();
  if (other) close(other);
  menu.setAttribute("data-open", "");
  buttonOf(menu).setAttribute("aria-expanded", "true");
  // Aligned to the button's end, it may begin beyond the window's edge: then to its start.
  menu.toggleAttribute("data-flipped", menu.querySelector(".menu__list").getBoundingClientRect().left < 0);
  const items = itemsOf(menu);
  const checked = items.find((item) => item.getAttribute("aria-checked") === "true");
  if (which === "first") (checked ?? items[0])?.focus();
  if (which === "last") items.at(-1)?.focus();
}

document.addEventListener("click", (event) => {
  const menu = event.target.closest("[data-menu]");
  const opened = openMenu();
  if (opened && opened !== menu) close(opened);
  if (!menu) return;
  if (event.target.closest("[data-menu-button]")) {
    if (opened === menu) close(menu);
    else open(menu, event.detail === 0 ? "first" : "none"); // detail 0: Enter or Space, no mouse
    return;
  }
  const item = event.target.closest("[role^=menuitem]");
  if (item?.getAttribute("aria-disabled") === "true") event.preventDefault();
  else if (item) {
    close(menu);
    buttonOf(menu).focus();
  }
});

function move(menu, event) {
  const items = itemsOf(menu);
  const here = items.indexOf(document.activeElement);
  const steps = { ArrowDown: here + 1, ArrowUp: here < 0 ? -1 : here - 1, Home: 0, End: items.length - 1 };
  let there = steps[event.key];
  if (there === undefined && event.key.length === 1 && /\S/.test(event.key)) {
    const begins = (item) => item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase());
    const after = items.findIndex((item, index) => index > here && begins(item));
    there = after < 0 ? items.findIndex(begins) : after;
    if (there < 0) return;
  }
  if (there === undefined) return;
  event.preventDefault();
  items[(there + items.length) % items.length]?.focus();
}

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-menu]");
  if (!menu) return;
  if (!menu.hasAttribute("data-open")) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(menu, event.key === "ArrowDown" ? "first" : "last");
  } else if (event.key === "Escape") {
    close(menu);
    buttonOf(menu).focus();
  } else if (!event.ctrlKey && !event.metaKey && !event.altKey) move(menu, event);
});

document.addEventListener("focusout", ({ relatedTarget }) => {
  const menu = openMenu();
  if (menu && relatedTarget && !menu.contains(relatedTarget)) close(menu);
});
