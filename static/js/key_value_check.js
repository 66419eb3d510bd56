// Complaints at the fields of a data-key-value-editor's rows, in the browser's own words and place: a missing or
// doubled key, a number that is none. Hidden rows complain of nothing: their form must stay postable.

const IS = { number: /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/, boolean: /^(true|false)$/ };

function keyError(key, value, earlier) {
  if (!key && value) return "Enter a key.";
  return key && earlier.includes(key) ? "This key is already used." : "";
}

function valueError(value, type) {
  return IS[type] && !IS[type].test(value.trim()) ? `Enter a ${type}, or choose another type.` : "";
}

function check(editor) {
  const shown = !editor.querySelector("[data-key-value-rows]").hidden;
  const earlier = [];
  for (const row of editor.querySelectorAll("[data-row]")) {
    const [key, value, type] = ["key", "value", "type"].map((name) => row.querySelector(`[data-${name}]`));
    key.setCustomValidity(shown ? keyError(key.value, value.value, earlier) : "");
    value.setCustomValidity(shown ? valueError(value.value, type.value) : "");
    earlier.push(key.value);
  }
}

for (const event of ["input", "rows:changed", "tab:selected"]) {
  document.addEventListener(event, ({ target }) => {
    const editor = target.closest("[data-key-value-editor]");
    if (editor) check(editor);
  });
}
