// The menu of pages on a narrow window: <button data-navigation aria-controls="ID"> folds it.
"use strict";

const narrow = window.matchMedia("(max-width: 64rem)");

document.querySelectorAll("[data-navigation]").forEach((button) => {
  const list = document.getElementById(button.getAttribute("aria-controls"));
  const show = (open) => {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  const fit = () => {
    button.hidden = !narrow.matches;
    show(!narrow.matches);
  };
  button.addEventListener("click", () => show(list.hidden));
  narrow.addEventListener("change", fit);
  fit();
});
