// A form is sent once: a second press does nothing while the first is on its way.
// What was changed since is not what was sent, and a page that is back is on no way any more.
"use strict";

const SECONDS = 3;

function forget(form) {
  clearTimeout(Number(form.dataset.sent));
  delete form.dataset.sent;
}

// At the window, because whoever asks first (confirm.js) or sends it otherwise listens below.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target) return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = String(setTimeout(forget, SECONDS * 1000, form));
});

document.addEventListener("input", ({ target }) => {
  if (target.form) forget(target.form);
});

window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(forget));
