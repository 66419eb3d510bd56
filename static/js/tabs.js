// A role="tablist" with data-tabs: a click or the arrow keys choose; the panel named by aria-controls is shown.
// A tab that is a link also puts its address into the address bar. Fires "tab:selected" on the tab.

function panelOf(tab) {
  return document.getElementById(tab.getAttribute("aria-controls"));
}

function select(tab) {
  for (const each of tab.closest("[data-tabs]").querySelectorAll("[role=tab]")) {
    const selected = each === tab;
    each.setAttribute("aria-selected", selected);
    each.tabIndex = selected ? 0 : -1;
    panelOf(each).hidden = !selected;
  }
  tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (tab.href) history.replaceState(history.state, "", tab.href);
  tab.dispatchEvent(new CustomEvent("tab:selected", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tabs] [role=tab]");
  // A link whose panel is not in the page, or one to be opened elsewhere, is an ordinary link.
  if (!tab || !panelOf(tab) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  select(tab);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-tabs] [role=tab]");
  if (!tab) return;
  const tabs = [...tab.closest("[data-tabs]").querySelectorAll("[role=tab]")];
  const here = tabs.indexOf(tab);
  const there = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (there === undefined) return;
  event.preventDefault();
  const next = tabs[(there + tabs.length) % tabs.length];
  next.focus();
  if (panelOf(next)) select(next);
});
