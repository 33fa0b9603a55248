// Light or dark: <button data-theme-next hidden> goes round what the system says, light, dark.
// No module, so that a page never shows the wrong one first.
"use strict";

(() => {
  const root = document.documentElement, key = "gatehouse-theme", themes = ["", "light", "dark"];
  const apply = (theme) => { if (theme) root.dataset.theme = theme; else delete root.dataset.theme; };
  try { apply(localStorage.getItem(key) || ""); } catch { return; } // No storage, no choice.
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-theme-next]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => {
        const next = themes[(themes.indexOf(root.dataset.theme || "") + 1) % themes.length];
        localStorage.setItem(key, next);
        apply(next);
      });
    });
  });
})();
