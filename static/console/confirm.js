// Asks before a risky action.  On a submit button or on a form:
//   data-confirm="What will happen"  data-confirm-title="The question?"
//   data-confirm-action="Regenerate"  data-confirm-cancel="Cancel"
// Escape and Cancel leave everything as it was; without this script the form is sent unasked.
"use strict";

let accepted = null;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function ask(asker) {
  const dialog = element("dialog", "gh-dialog");
  const title = element("h2", "", asker.dataset.confirmTitle || asker.textContent.trim());
  title.id = "gh-dialog-title";
  const text = element("p", "", asker.dataset.confirm);
  text.id = "gh-dialog-text";
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.setAttribute("aria-describedby", text.id);
  const form = element("form", "gh-cluster");
  form.method = "dialog";
  const cancel = element("button", "gh-button gh-button--quiet", asker.dataset.confirmCancel || "Cancel");
  const accept = element("button", "gh-button gh-button--danger", asker.dataset.confirmAction || "Continue");
  cancel.value = "cancel";
  accept.value = "accept";
  cancel.autofocus = true;
  form.append(cancel, accept);
  dialog.append(title, text, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "accept");
    });
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const submitter = event.submitter;
  const asker = submitter && submitter.dataset.confirm ? submitter : form;
  if (!asker.dataset.confirm || form === accepted) return;
  event.preventDefault();
  if (await ask(asker)) {
    accepted = form;
    form.requestSubmit(submitter);
    accepted = null;
  } else if (submitter) {
    submitter.focus();
  }
});
