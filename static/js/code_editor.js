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
  textarea.hidden = true;
  ace.config.setModuleUrl(`ace/mode/${textarea.dataset.codeEditor}_worker`, textarea.dataset.worker);
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
  new ResizeObserver(() => editor.resize()).observe(surface);
}

function upgradeAll() {
  for (const textarea of document.querySelectorAll("[data-code-editor]:not([hidden])")) upgrade(textarea);
}

ace.config.set("useStrictCSP", true);
ace.config.set("loadWorkerFromBlob", false);
document.addEventListener("htmx:load", upgradeAll);
upgradeAll();
