// The command box (templates/console/search/box.html), which shows what the search page would.
// "/" opens it where the page has no search; whoever speaks to the browser can switch that off.
const SLASH = "gatehouse-slash";
const dialog = document.getElementById("gh-find");
const field = dialog.querySelector("#gh-find-q");
const found = dialog.querySelector("[data-found]");
const status = dialog.querySelector("[data-status]");
const slash = dialog.querySelector("[data-find-slash]");
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

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const own = document.querySelector('main input[type="search"], #changelist-search');
  const isSlash = event.key === "/" && !typing && !own && slash.checked;
  const held = event.ctrlKey || event.metaKey;
  if (held ? event.altKey || event.key.toLowerCase() !== "k" : !isSlash) return;
  event.preventDefault();
  open();
});

try {
  slash.checked = localStorage.getItem(SLASH) !== "off";
  slash.addEventListener("change", () => localStorage.setItem(SLASH, slash.checked ? "on" : "off"));
} catch {
  slash.closest("label").hidden = true; // Such a browser keeps nothing: "/" stays off.
}
