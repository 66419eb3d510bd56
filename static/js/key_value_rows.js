// data-key-value-editor: a JSON object as rows and as the plaintext that is posted, in step (rows.js adds and removes).
// Read with our own scanner, not JSON.parse: a number keeps its digits, and a doubled key is noticed.

const STRING = String.raw`"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"`;
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`;
const PAIR = String.raw`\s*(${STRING})\s*:\s*(?:(${STRING})|(${NUMBER})|(true|false))\s*(,|$)`;
const BARE = { number: new RegExp(`^${NUMBER}$`), boolean: /^(true|false)$/ };

function readPairs(text) {
  const inside = /^\s*\{([^]*)\}\s*$/.exec(text || "{}")?.[1];
  if (inside === undefined) return null;
  const pairs = new Map();
  const scanner = new RegExp(PAIR, "y");
  for (let more = inside.trim() !== ""; more; ) {
    const [match, key, string, number, boolean, comma] = scanner.exec(inside) ?? [];
    if (match === undefined || pairs.has(JSON.parse(key))) return null;
    const type = string ? "string" : number ? "number" : "boolean";
    pairs.set(JSON.parse(key), { type, value: string ? JSON.parse(string) : (number ?? boolean) });
    more = comma === ",";
  }
  return pairs;
}

// A field shows a line break its own way (an input none, a textarea only \n): what nobody edited stays as it came.
const read = (field) => (field.given?.shown === field.value ? field.given.real : field.value);
function put(field, real) {
  field.value = real;
  field.given = { shown: field.value, real };
}

const fieldsOf = (row) => ["key", "value", "type"].map((name) => row.querySelector(`[data-${name}]`));

function writeText(editor) {
  const text = editor.querySelector("[data-key-value-text] textarea");
  const pairs = [...editor.querySelectorAll("[data-row]")]
    .map((row) => fieldsOf(row).map(read))
    .filter(([key, value]) => key || value)
    .map(([key, value, type]) => [key, BARE[type]?.test(value.trim()) ? value.trim() : JSON.stringify(value)]);
  const pretty = text.value.includes("\n");
  const lines = pairs.map(([key, value]) => JSON.stringify(key) + (pretty ? ": " : ":") + value);
  if (lines.length === 0) text.value = text.value && "{}";
  else text.value = pretty ? `{\n  ${lines.join(",\n  ")}\n}` : `{${lines.join(",")}}`;
}

function showRows(editor) {
  const pairs = readPairs(editor.querySelector("[data-key-value-text] textarea").value);
  const template = editor.querySelector("[data-rows-template]").content;
  editor.querySelector("[data-key-value-notice]").hidden = pairs !== null;
  editor.querySelector("[data-rows]").hidden = pairs === null;
  const rows = [...(pairs?.size ? pairs : [["", { type: "string", value: "" }]])].map(([key, { type, value }]) => {
    const row = template.cloneNode(true).firstElementChild;
    fieldsOf(row).forEach((field, index) => put(field, [key, value, type][index]));
    return row;
  });
  editor.querySelector("[data-rows-list]").replaceChildren(...rows);
  return pairs !== null;
}

document.addEventListener("input", ({ target }) => {
  const row = target.closest("[data-key-value-rows] [data-row]");
  if (!row) return;
  if (target.matches("[data-type]")) row.setAttribute("data-type-chosen", "");
  // What is typed is text, until somebody says otherwise.
  if (target.matches("[data-value]") && !row.matches("[data-type-chosen]")) fieldsOf(row)[2].value = "string";
  writeText(row.closest("[data-key-value-editor]"));
});

document.addEventListener("rows:changed", ({ target }) => {
  const editor = target.closest("[data-key-value-editor]");
  if (editor) writeText(editor);
});

document.addEventListener("tab:selected", ({ target }) => {
  const panel = document.getElementById(target.getAttribute("aria-controls"));
  if (panel?.matches("[data-key-value-rows]")) showRows(panel.closest("[data-key-value-editor]"));
});

function startAll() {
  for (const editor of document.querySelectorAll("[data-key-value-editor]:not([data-ready])")) {
    // Rows first where there can be rows; a text that has none is shown as it is.
    if (showRows(editor)) editor.querySelector("[role=tab]").click();
    editor.setAttribute("data-ready", "");
  }
}
document.addEventListener("htmx:load", startAll);
document.addEventListener("DOMContentLoaded", startAll);
