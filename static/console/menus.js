// The menu of a row:
//   <div class="gh-menu"><button type="button" data-menu aria-haspopup="menu"
//   aria-expanded="false" aria-controls="ID" aria-label="…">⋮</button>
//   <ul role="menu" id="ID" hidden><li role="none"><a role="menuitem" href="…">…</a></li></ul></div>
// Arrow keys, Home, End and letters move; Escape and Tab close.
"use strict";

function menuOf(button) {
  return document.getElementById(button.getAttribute("aria-controls"));
}

function itemsOf(menu) {
  return [...menu.querySelectorAll('[role="menuitem"]')];
}

function close(button) {
  button.setAttribute("aria-expanded", "false");
  menuOf(button).hidden = true;
}

function closeOthers(button) {
  document.querySelectorAll('[data-menu][aria-expanded="true"]').forEach((other) => {
    if (other !== button) close(other);
  });
}

function place(button, menu) {
  // Fixed to the window, because the table around it scrolls and clips.
  const anchor = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const below = anchor.bottom + 4;
  const fits = below + size.height <= window.innerHeight;
  menu.style.top = `${fits ? below : Math.max(4, anchor.top - size.height - 4)}px`;
  menu.style.left = `${Math.max(8, Math.min(anchor.right - size.width, window.innerWidth - size.width - 8))}px`;
}

function open(button, last) {
  closeOthers(button);
  const menu = menuOf(button);
  menu.hidden = false;
  button.setAttribute("aria-expanded", "true");
  place(button, menu);
  itemsOf(menu).at(last ? -1 : 0)?.focus({ preventScroll: true });
}

function step(items, current, key) {
  if (key === "ArrowDown") return items[(items.indexOf(current) + 1) % items.length];
  if (key === "ArrowUp") return items.at(items.indexOf(current) - 1);
  if (key === "Home") return items[0];
  if (key === "End") return items.at(-1);
  if (key.length !== 1) return null;
  return items.find((item) => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase()));
}

function onMenuKey(event, menu) {
  const button = document.querySelector(`[data-menu][aria-controls="${menu.id}"]`);
  if (event.key === "Escape" || event.key === "Tab") {
    close(button);
    button.focus();
    if (event.key === "Escape") event.preventDefault();
    return;
  }
  const next = step(itemsOf(menu), event.target.closest('[role="menuitem"]'), event.key);
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

document.querySelectorAll(".gh-menu [role='menuitem']").forEach((item) => { item.tabIndex = -1; });

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-menu]");
  if (!button) {
    closeOthers(null);
  } else if (button.getAttribute("aria-expanded") === "true") {
    close(button);
  } else {
    open(button, false);
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest('.gh-menu [role="menu"]');
  if (menu) {
    onMenuKey(event, menu);
  } else if (event.target.matches?.("[data-menu]") && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    open(event.target, event.key === "ArrowUp");
  }
});

// A list may still be rolling when its menu is opened: the menu follows its button, as long as
// that is to be seen.
window.addEventListener("scroll", () => {
  document.querySelectorAll('[data-menu][aria-expanded="true"]').forEach((button) => {
    const anchor = button.getBoundingClientRect();
    if (anchor.bottom < 0 || anchor.top > window.innerHeight) close(button);
    else place(button, menuOf(button));
  });
}, { capture: true, passive: true });
window.addEventListener("resize", () => closeOthers(null));
