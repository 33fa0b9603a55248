// Counts the lines of a review that are decided on the page and not saved yet: in their form
// <span data-decided="%n decided on this page">; what a line was is its hidden "initial-…".
const place = document.querySelector("[data-decided]");
const form = place?.closest("form");

function count() {
  const chosen = [...form.querySelectorAll("input[type=radio]:checked")];
  const number = chosen.filter(({ name, value }) => value !== form.elements[`initial-${name}`].value).length;
  place.textContent = number ? place.dataset.decided.replace("%n", number) : "";
}

form?.addEventListener("change", count);
if (form) count(); // A browser that goes back remembers what was chosen.
