// Before a form with a data-key-value-editor is posted: a missing or doubled key, or a number that is none, is said
// at its row and nothing is sent. Hidden rows complain of nothing: then the plaintext is what the person means.

const IS = { number: /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/, boolean: /^(true|false)$/ };

function complaint([key, value, type], earlier) {
  if (!key.value && value.value) return ["Enter a key.", key];
  if (key.value && earlier.includes(key.value)) return ["This key is already used.", key];
  const fits = !IS[type.value] || IS[type.value].test(value.value.trim());
  return fits ? ["", null] : [`Enter a ${type.value}, or choose another type.`, value];
}

function check(editor) {
  const earlier = [];
  for (const row of editor.querySelectorAll("[data-row]")) {
    const fields = ["key", "value", "type"].map((name) => row.querySelector(`[data-${name}]`));
    const [message, culprit] = complaint(fields, earlier);
    for (const field of fields) field.toggleAttribute("aria-invalid", false);
    culprit?.setAttribute("aria-invalid", "true");
    row.querySelector("[data-row-error]").hidden = !message;
    row.querySelector("[data-row-error] span").textContent = message;
    earlier.push(fields[0].value);
  }
  return editor.querySelector("[data-row] [aria-invalid=true]");
}

// In the capturing phase: before htmx, which listens on the form.
document.addEventListener(
  "submit",
  (event) => {
    const editor = event.target.querySelector("[data-key-value-editor]");
    if (!editor || editor.querySelector("[data-key-value-rows]").hidden) return;
    // Another type of secret is chosen, or the button only goes elsewhere: nothing is to be right yet.
    if (!editor.checkVisibility() || event.submitter?.formNoValidate) return;
    editor.setAttribute("data-checked", "");
    const culprit = check(editor);
    if (!culprit) return;
    event.preventDefault();
    event.stopPropagation();
    culprit.focus();
  },
  true,
);

for (const event of ["input", "rows:changed"]) {
  document.addEventListener(event, ({ target }) => {
    const editor = target.closest("[data-key-value-editor][data-checked]");
    if (editor) check(editor);
  });
}
