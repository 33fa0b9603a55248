// Keys: Ctrl K finds; on lists arrows move from row to row, where Enter opens, "x" picks; "/"
// searches, "?" shows them.  Letters are off where <input type="checkbox" data-letters> of the
// account page is not ticked, which this browser keeps.
const LETTERS = "gatehouse-letters";
const choice = document.querySelector("[data-letters]");
let letters = false; // A browser that keeps nothing could not switch them off again.
try {
  letters = localStorage.getItem(LETTERS) !== "off";
  choice?.addEventListener("change", () => localStorage.setItem(LETTERS, choice.checked ? "on" : "off"));
  if (choice) [choice.checked, choice.closest("section").hidden] = [letters, false];
} catch {}

const rows = [...document.querySelectorAll("#result_list tbody tr")];
const help = document.querySelector("[data-keys]");
if (help) help.hidden = !letters;

const at = () => rows.findIndex((row) => row.contains(document.activeElement));
const move = (step) => rows[Math.max(at() + step, 0)]?.querySelector("th a")?.focus();
const find = () => document.querySelector("[data-find]")?.click();
const search = document.querySelector('main input[type="search"]');
const keys = { ArrowDown: () => move(1), ArrowUp: () => move(-1) };
const singles = {
  x: () => rows[at()]?.querySelector("input.action-select")?.click(),
  "/": () => (search ? search.focus() : find()),
  "?": () => help?.click(),
};

document.addEventListener("keydown", (event) => {
  const held = event.ctrlKey || event.metaKey;
  const busy = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog, [popover], .gh-bounded");
  let press = (letters && singles[event.key]) || (rows.length && keys[event.key]);
  if (held) press = event.key.toLowerCase() === "k" && find;
  if (!press || event.altKey || (busy && !held)) return;
  event.preventDefault();
  press();
});
