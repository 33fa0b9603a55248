// Sends forms without a press where that is what a person expects:
//   data-autosubmit on a form: at once (the hand-over to an identity provider);
//   data-autosubmit="change" on a field: when its value changes (a filter).
"use strict";

document.addEventListener("change", (event) => {
  if (event.target.dataset?.autosubmit === "change") event.target.form.requestSubmit();
});

document.querySelectorAll("form[data-autosubmit]").forEach((form) => form.requestSubmit());
