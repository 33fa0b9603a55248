// The command box (templates/console/search/box.html), which shows what the search page would.
const dialog = document.getElementById("gh-find");
const field = dialog.querySelector("#gh-find-q");
const found = dialog.querySelector("[data-found]");
const status = dialog.querySelector("[data-status]");
let [asking, timer] = [new AbortController(), 0];

function open() {
  if (document.querySelector("dialog[open]")) return;
  dialog.showModal();
  field.focus();
  field.select();
}

async function ask() {
  asking.abort();
  asking = new AbortController();
  const typed = field.value.trim();
  if (!typed) return found.replaceChildren();
  const url = `${field.form.action}?q=${encodeURIComponent(typed)}&box=`;
  try {
    const answer = await fetch(url, { signal: asking.signal, redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    // Made by our own server, which escapes what others have called themselves.
    found.innerHTML = await answer.text();
    status.textContent = found.querySelector("[data-said]")?.textContent ?? "";
  } catch (error) {
    if (error.name === "AbortError") return;
    found.replaceChildren(dialog.dataset.failed);
    status.textContent = dialog.dataset.failed;
  }
}

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, 150);
});

dialog.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  // Else Escape only empties the field, if something stands in it.
  if (event.key === "Escape") dialog.close();
  if (!step || event.isComposing) return;
  const stops = [field, ...found.querySelectorAll("a")];
  stops[stops.indexOf(document.activeElement) + step]?.focus();
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-find-close]")) dialog.close();
  if (!event.target.closest("[data-find]") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open();
});
