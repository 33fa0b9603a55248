// Counts the rows that are picked: <strong data-picked="%n picked"> in the form of a list, whose
// first box picks the page.  A box "select_across" with data-count picks the rows of every page, until
// one of this page is left out.  That the bar appears at all is a matter of the style sheet.
"use strict";

const form = document.getElementById("changelist-form");
const [all, across] = ["#action-toggle", "[name=select_across]"].map((each) => form?.querySelector(each));
const boxes = form ? [...form.querySelectorAll("input.action-select")] : [];

function count() {
  const number = boxes.filter((box) => box.checked).length;
  const place = form.querySelector("[data-picked]");
  place.textContent = place.dataset.picked.replace("%n", across?.checked ? across.dataset.count : number);
  all.checked = number === boxes.length;
  all.indeterminate = number > 0 && number < boxes.length;
}

form?.addEventListener("change", (event) => {
  if (event.target === across && across.checked) all.checked = true;
  if ([all, across].includes(event.target)) boxes.forEach((box) => { box.checked = all.checked; });
  if (across && !boxes.every((box) => box.checked)) across.checked = false;
  count();
});
if (all) count(); // A browser that goes back remembers what was picked.
