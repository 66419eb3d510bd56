// What is pasted may bring white space along that nobody sees: said under the value, which is kept as it is.
// In a data-key-value-editor under each row, and for a plaintext that is no JSON under the plaintext.

const ODD = [
  [/^\s|\s$/, "begins or ends with white space"],
  // eslint-disable-next-line no-control-regex
  [/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/, "holds a control character"],
  [/\t/, "holds a tab"],
  [/[\u00a0\u200b-\u200f\u2028\u2029\u2060\ufeff]/, "holds an invisible character"],
];

const oddities = (text) => ODD.filter(([pattern]) => pattern.test(text)).map(([, said]) => said);

function warn(place, label, text) {
  const said = oddities(text);
  place.hidden = said.length === 0;
  place.querySelector("span").textContent = said.length ? `The ${label} ${said.join(" and ")}.` : "";
}

function look(editor) {
  for (const row of editor.querySelectorAll("[data-row]")) {
    const [key, value] = ["key", "value"].map((name) => row.querySelector(`[data-${name}]`).value);
    const place = row.querySelector("[data-row-warning]");
    warn(place, "value", value);
    if (place.hidden) warn(place, "key", key);
  }
  const text = editor.querySelector("[data-key-value-text] textarea").value;
  // The white space of JSON means nothing, and its rows say the rest.
  const isObject = /^\s*\{[^]*\}\s*$/.test(text);
  warn(editor.querySelector("[data-text-warning]"), "secret value", isObject ? "" : text);
}

const KINDS = ["input", "rows:changed", "tab:selected"];
for (const kind of KINDS) {
  document.addEventListener(kind, ({ target }) => {
    const editor = target.closest("[data-key-value-editor]");
    if (editor) requestAnimationFrame(() => look(editor)); // behind key_value_rows.js
  });
}

function lookAll() {
  requestAnimationFrame(() => document.querySelectorAll("[data-key-value-editor]").forEach(look));
}
document.addEventListener("htmx:load", lookAll);
document.addEventListener("DOMContentLoaded", lookAll);
