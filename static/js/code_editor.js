// <textarea data-code-editor="json" data-worker="...">: Ace in its place, and the bar under it kept up to date.
// The textarea stays in the form and is what is posted. Ace's own style sheets are linked: the CSP allows no others.

const dark = matchMedia("(prefers-color-scheme: dark)");

function theme() {
  const mode = document.documentElement.dataset.colorMode;
  const isDark = mode === "dark" || (mode !== "light" && dark.matches);
  return isDark ? "ace/theme/cloud_editor_dark" : "ace/theme/cloud_editor";
}

function showStatus(frame, editor) {
  const { row, column } = editor.getCursorPosition();
  const errors = editor.session.getAnnotations().filter(({ type }) => type === "error");
  frame.querySelector("[data-code-editor-position]").textContent = `Ln ${row + 1}, Col ${column + 1}`;
  const counter = frame.querySelector("[data-code-editor-errors]");
  counter.dataset.count = errors.length;
  const first = errors[0] && ` (line ${errors[0].row + 1}: ${errors[0].text})`;
  counter.textContent = `Errors: ${errors.length}${first ?? ""}`;
}

function upgrade(textarea) {
  const frame = textarea.closest(".code-editor");
  const surface = document.createElement("div");
  surface.className = "code-editor__surface";
  textarea.before(surface);
  const hadFocus = textarea === document.activeElement;
  const { codeEditor: language, worker } = textarea.dataset;
  if (worker) ace.config.setModuleUrl(`ace/mode/${language}_worker`, worker);
  textarea.hidden = true;
  const editor = ace.edit(surface, {
    mode: `ace/mode/${textarea.dataset.codeEditor}`,
    theme: theme(),
    value: textarea.value,
    tabSize: 4,
    showPrintMargin: false,
    enableKeyboardAccessibility: true, // Tab passes by until Enter is pressed: no keyboard trap
    fontSize: 13,
  });
  editor.commands.removeCommands(["showSettingsMenu", "openCommandPalette"]); // their files aren't vendored
  editor.session.setUseWrapMode(true);
  editor.textInput.getElement().setAttribute("aria-label", textarea.getAttribute("aria-label"));
  editor.session.on("change", () => {
    textarea.value = editor.getValue();
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  });
  editor.session.on("changeAnnotation", () => showStatus(frame, editor));
  editor.selection.on("changeCursor", () => showStatus(frame, editor));
  if (hadFocus) editor.renderer.scroller.focus(); // where Tab comes to
  new ResizeObserver(() => editor.resize()).observe(surface);
}

// Ace and its style sheets, once, in their order, when the first editor appears.
let loading = null;

function loadAce() {
  const files = document.querySelector("[data-code-editor-files]").content.cloneNode(true);
  const loaded = [...files.querySelectorAll("script, link")].map((file) => {
    file.async = false;
    return new Promise((resolve, reject) => Object.assign(file, { onload: resolve, onerror: reject }));
  });
  document.head.append(files);
  return Promise.all(loaded).then(() => {
    ace.config.set("useStrictCSP", true);
    ace.config.set("loadWorkerFromBlob", false);
  });
}

async function upgradeAll() {
  const editors = "[data-code-editor]:not([hidden])";
  if (!document.querySelector(editors)) return;
  await (loading ??= loadAce());
  for (const textarea of document.querySelectorAll(editors)) upgrade(textarea);
}

dark.addEventListener("change", () => {
  for (const surface of document.querySelectorAll(".code-editor__surface")) ace.edit(surface).setTheme(theme());
});

document.addEventListener("htmx:load", upgradeAll);
upgradeAll();
