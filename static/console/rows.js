// Adds a row to a form: <section data-rows="PREFIX"> holds a <template> with __prefix__ for the
// number, and <button data-add-row hidden>.
"use strict";

document.querySelectorAll("[data-add-row]").forEach((button) => {
  const rows = button.closest("[data-rows]");
  const total = document.getElementById(`id_${rows.dataset.rows}-TOTAL_FORMS`);
  const pattern = rows.querySelector("template");
  button.hidden = false;
  button.addEventListener("click", () => {
    const made = document.createElement("div");
    // Made by our own server: a row without anybody's values.
    made.innerHTML = pattern.innerHTML.replaceAll("__prefix__", total.value);
    const row = made.firstElementChild;
    pattern.before(row);
    total.value = Number(total.value) + 1;
    row.querySelector("input:not([type=hidden]), select, textarea").focus();
  });
});
