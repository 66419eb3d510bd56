// data-keys="/" or "g l": typed outside of fields and dialogs, the keys focus a field or click a link or button. Where
// several elements name the same keys, the last one on the page counts: a page's own search before the one on top.
// Off while <html data-shortcuts="off">, which the sheet of shortcuts sets (WCAG 2.1.4).

const LONGEST_PAUSE = 1000;
let pressed = "";
let pressedAt = 0;
let focusBefore = null;

const isTyping = (element) =>
  element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio])");

function elementFor(keys) {
  return [...document.querySelectorAll(`[data-keys="${CSS.escape(keys)}"]`)].at(-1);
}

function use(element) {
  if (element.matches("input, select, textarea")) {
    element.focus();
    element.select?.();
    return;
  }
  focusBefore = document.activeElement;
  element.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || event.isComposing) return;
  if (document.documentElement.dataset.shortcuts === "off" || event.defaultPrevented) return;
  if (isTyping(event.target) || event.target.closest("[data-menu][data-open]")) return;
  if (document.querySelector("dialog[open]")) return;
  const isNext = pressed !== "" && event.timeStamp - pressedAt < LONGEST_PAUSE;
  const element = (isNext && elementFor(`${pressed} ${event.key}`)) || elementFor(event.key);
  pressed = element ? "" : event.key;
  pressedAt = event.timeStamp;
  if (!element) return;
  event.preventDefault();
  use(element);
});

// What a shortcut opened gives the focus back to where the keys were pressed, not to the control that stood for them.
document.getElementById("dialog")?.addEventListener("close", () => {
  if (focusBefore?.isConnected && focusBefore !== document.body) focusBefore.focus();
  focusBefore = null;
});
