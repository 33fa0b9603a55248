// A form is sent once: a second press does nothing while the first is on its way.
"use strict";

const SECONDS = 3;

// At the window, because whoever asks first (confirm.js) or sends it otherwise listens below.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, SECONDS * 1000);
});
