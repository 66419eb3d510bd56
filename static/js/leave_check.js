// <form data-leave-check>: leaving with something typed and not yet posted asks first, whichever way. With
// data-leave-check="entered" (the server keeps what was typed for a while) following a link asks too, but for links
// that stay inside, under data-leave-inside.

let typed = false;
let leaving = false;

const formOf = () => document.querySelector("[data-leave-check]");

for (const event of ["input", "rows:changed"]) {
  document.addEventListener(event, ({ target }) => {
    if (target.closest("[data-leave-check]")) typed = true;
  });
}

document.addEventListener("submit", ({ defaultPrevented }) => {
  if (defaultPrevented) return;
  typed = false;
  leaving = false;
});

document.addEventListener("click", ({ target }) => {
  const link = target.closest("a[href]");
  const form = formOf();
  if (!link || !form || link.target === "_blank" || link.hasAttribute("hx-get")) return;
  leaving = form.dataset.leaveCheck === "entered" && !new URL(link.href).pathname.startsWith(form.dataset.leaveInside);
});

window.addEventListener("beforeunload", (event) => {
  if (typed || leaving) event.preventDefault();
  leaving = false;
});

for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
