// Counts the rows that are picked: <strong data-picked="%n picked"> in the form of a list, whose
// first box picks the page.  That the bar appears at all is a matter of the style sheet.
"use strict";

const form = document.getElementById("changelist-form");
const all = form?.querySelector("#action-toggle");
const boxes = form ? [...form.querySelectorAll("input.action-select")] : [];

function count() {
  const number = boxes.filter((box) => box.checked).length;
  const place = form.querySelector("[data-picked]");
  place.textContent = place.dataset.picked.replace("%n", number);
  all.checked = number === boxes.length;
  all.indeterminate = number > 0 && number < boxes.length;
}

form?.addEventListener("change", (event) => {
  if (event.target === all) boxes.forEach((box) => { box.checked = all.checked; });
  count();
});
if (all) count(); // A browser that goes back remembers what was picked.
