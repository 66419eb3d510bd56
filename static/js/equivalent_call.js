// [data-equivalent-call] in an opened <details> shows the call that the form around it would make: asked for when it is
// opened and after every change of the form, closed never. A tab chosen in it stays chosen.

function ask(section) {
  htmx.trigger(section, "equivalent-call:ask");
}

function askIn(form) {
  const section = form?.querySelector("details[open] [data-equivalent-call]");
  if (section) ask(section);
}

// "toggle" doesn't bubble.
document.addEventListener(
  "toggle",
  ({ target }) => {
    const section = target.open && target.querySelector("[data-equivalent-call]");
    if (section) ask(section);
  },
  true,
);

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target }) => askIn(target.closest("form")));
}
document.addEventListener("click", ({ target }) => {
  // Rows come and go by buttons, which change no field.
  const button = target.closest("[data-rows-add], [data-row-remove]");
  const form = button?.closest("form");
  if (form) requestAnimationFrame(() => askIn(form));
});

let chosen = 0;
document.addEventListener("tab:selected", ({ target }) => {
  const list = target.closest("[data-equivalent-call] [role=tablist]");
  if (list) chosen = [...list.children].indexOf(target);
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (chosen && detail.target.matches("[data-equivalent-call]")) detail.target.querySelectorAll("[role=tab]")[chosen]?.click();
});
