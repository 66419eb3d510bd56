// A role="tablist" with data-tabs: a click or the arrow keys choose; the panel named by aria-controls is shown.
// A tab that is a link also puts its address into the address bar; one with hx-get is chosen by the server instead.
// Fires "tab:selected" on the tab.

function panelOf(tab) {
  return tab.hasAttribute("hx-get") ? null : document.getElementById(tab.getAttribute("aria-controls"));
}

function bringIntoView(tab) {
  const list = tab.closest("[data-tabs]");
  list.scrollLeft = tab.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
}

function select(tab) {
  const list = tab.closest("[data-tabs]");
  for (const each of list.querySelectorAll("[role=tab]")) {
    const selected = each === tab;
    each.setAttribute("aria-selected", selected);
    each.tabIndex = selected ? 0 : -1;
    panelOf(each).hidden = !selected;
  }
  bringIntoView(tab);
  if (tab.href) history.replaceState(history.state, "", tab.href);
  tab.dispatchEvent(new CustomEvent("tab:selected", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tabs] [role=tab]");
  // The server's, or one to be opened in another window: an ordinary link.
  if (!tab || !panelOf(tab) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  select(tab);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[role=tablist] [role=tab]");
  if (!tab) return;
  const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  const here = tabs.indexOf(tab);
  const there = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (there === undefined) return;
  event.preventDefault();
  const next = tabs[(there + tabs.length) % tabs.length];
  next.focus();
  if (panelOf(next)) select(next);
});

// The one chosen by the server, on a page or in what was swapped in.
document.addEventListener("htmx:load", ({ target }) => {
  target.querySelectorAll("[data-tabs] [aria-selected=true]").forEach(bringIntoView);
});
