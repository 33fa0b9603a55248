"use strict";

// Submits the signed response; the button stays for browsers without scripts.
for (const form of document.querySelectorAll("form[data-submit-at-once]")) {
  form.submit();
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const told = document.querySelector(".copied");
    try {
      await navigator.clipboard.writeText(source.textContent);
      told.textContent = "Copied.";
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      told.textContent = "Selected: press Ctrl+C to copy.";
    }
  });
}
