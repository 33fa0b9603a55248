// <button type="button" data-download-target="ID" data-download-name="codes.txt">: saves the
// text of that element as a file, without sending it anywhere again.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-download-target]");
  if (!button) return;
  const text = document.getElementById(button.dataset.downloadTarget).innerText;
  const address = URL.createObjectURL(new Blob([text, "\n"], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = button.dataset.downloadName;
  link.click();
  URL.revokeObjectURL(address);
});
