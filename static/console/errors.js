// A form of the admin that was refused: its note (p.errornote) takes the focus, and leads to each
// field that is wrong.  Pages of our own have templates/components/error_summary.html.
"use strict";

function labelOf(field) {
  const label = field.labels?.[0] || field.closest("fieldset")?.querySelector("legend");
  return label?.textContent.trim().replace(/:$/, "") || field.getAttribute("aria-label") || field.name;
}

function errorOf(field) {
  const ids = (field.getAttribute("aria-describedby") || "").split(/\s+/);
  const list = ids.map((id) => document.getElementById(id)).find((e) => e?.matches(".errorlist"));
  return list ? list.innerText.trim().replace(/\s*\n\s*/g, " ") : "";
}

function entryOf(field) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `#${field.id}`;
  link.textContent = labelOf(field);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    field.focus();
  });
  const error = errorOf(field);
  item.append(link, error ? `: ${error}` : "");
  return item;
}

const note = document.querySelector("#content .errornote");
if (note) {
  const box = document.createElement("div");
  box.className = "errornote";
  box.tabIndex = -1;
  const text = document.createElement("p");
  text.append(...note.childNodes);
  const list = document.createElement("ul");
  document.querySelectorAll('#content [aria-invalid="true"][id]').forEach((field) => {
    list.append(entryOf(field));
  });
  box.append(text, list);
  note.replaceWith(box);
  // Django's own script gives the focus to the first field; it is async, so it may come later.
  if (document.readyState === "complete") box.focus();
  else window.addEventListener("load", () => box.focus());
}
