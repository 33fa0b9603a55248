// A form is sent once: a second press does nothing while the first is on its way.
// What was changed since is not what was sent, and a page that is back is on no way any more.
// A button that is marked data-downloads brings a file and leaves the page there: it may be
// followed by any other at once.
"use strict";

const SECONDS = 3;
const forget = (form) => delete form?.dataset.sent;

// At the window, because whoever asks first (confirm.js) or sends it otherwise listens below.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target) return;
  if (Date.now() - form.dataset.sent < SECONDS * 1000) event.preventDefault();
  else if (!event.submitter?.matches("[data-downloads]")) form.dataset.sent = Date.now();
});
window.addEventListener("input", ({ target }) => forget(target.form));
window.addEventListener("pageshow", () => [...document.forms].forEach(forget));
