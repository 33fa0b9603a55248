// Copy buttons: <button type="button" data-copy-target="ID" data-copied="Copied">.
// The value of the element with that id (or its text) goes to the clipboard; the button says so,
// and so does the live region of the page.
"use strict";

function readValue(element) {
  // A list item has a value, too: its number.  innerText keeps the lines of a list apart.
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
    ? element.value
    : element.innerText.trim();
}

async function copyText(element) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(readValue(element));
    return;
  }
  // Plain http on another host has no clipboard API.
  const field = document.createElement("textarea");
  field.value = readValue(element);
  field.className = "gh-hidden";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (!copied) throw new Error("The browser refused to copy.");
}

function announce(text) {
  const region = document.getElementById("gh-announcer");
  if (region) region.textContent = text;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-target]");
  if (!button) return;
  const element = document.getElementById(button.dataset.copyTarget);
  const label = button.dataset.label || button.textContent.trim();
  button.dataset.label = label;
  try {
    await copyText(element);
    button.textContent = button.dataset.copied;
    announce(`${button.dataset.copied}: ${button.getAttribute("aria-label") || label}`);
  } catch {
    if (element.select) element.select();
    button.textContent = button.dataset.copyFailed;
    announce(button.dataset.copyFailed);
  }
  button.focus();
  setTimeout(() => { button.textContent = label; }, 2500);
});
