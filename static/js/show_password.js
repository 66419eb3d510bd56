// <div data-show-password="id of a password field" hidden> holds a check box: while it is checked, the field is legible.

for (const choice of document.querySelectorAll("[data-show-password]")) {
  const field = document.getElementById(choice.dataset.showPassword);
  choice.hidden = false;
  choice.addEventListener("change", ({ target }) => {
    field.type = target.checked ? "text" : "password";
  });
}
