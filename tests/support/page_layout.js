// What is wrong with the layout of the page; page_layout.py says what counts as wrong.
() => {
  const found = [], wide = document.documentElement.clientWidth;
  const leftwards = getComputedStyle(document.documentElement).direction === "rtl";
  const name = e => `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}` +
    `${typeof e.className === "string" && e.className ? "." + e.className.trim().split(/\s+/).join(".") : ""}`;
  const trail = e => [e.parentElement?.parentElement, e.parentElement, e].filter(Boolean)
    .map(name).join(" > ");
  if (document.scrollingElement.scrollWidth > wide) found.push(
    `scrolls sideways: ${document.scrollingElement.scrollWidth} px; ` +
    [...document.querySelectorAll("body *")]
      .filter(e => !e.closest(".gh-scroll") && (leftwards
        ? e.getBoundingClientRect().left < -1 : e.getBoundingClientRect().right > wide + 1))
      .slice(0, 3).map(trail).join(" | "));

  // Hidden from sight by a rule of a narrow window, as .gh-hidden is by its class.
  const clipped = e => { for (let up = e; up; up = up.parentElement)
    if (getComputedStyle(up).clipPath === "inset(50%)") return true; return false; };
  const shown = e => e.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const scrolls = e => /auto|scroll/.test(getComputedStyle(e).overflow);
  const hides = style => ["hidden", "clip"].includes(style);
  for (const e of document.querySelectorAll("body *")) {
    if (!shown(e) || clipped(e) || e.closest(".gh-hidden, [title], svg, input, select, option")) continue;
    const style = getComputedStyle(e);
    if (hides(style.overflowX) && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1) {
      const edge = e.getBoundingClientRect().right;
      const over = [...e.querySelectorAll("*")].filter(inner =>
        shown(inner) && inner.getBoundingClientRect().right > edge + 1).map(name).slice(0, 4);
      found.push(`cut at its side: ${trail(e)} ${e.scrollWidth} in ${e.clientWidth}: ${over}`);
    }
    if (hides(style.overflowY) && e.scrollHeight > e.clientHeight + 1 && e.clientHeight > 1)
      found.push(`cut below: ${trail(e)} ${e.scrollHeight} in ${e.clientHeight}`);
  }

  const filled = [...document.querySelectorAll("main .gh-button--main")].filter(shown);
  const showsSamples = location.pathname.endsWith("/components/");
  if (filled.length > 1 && !showsSamples)
    found.push(`has ${filled.length} filled buttons: ${filled.map(e => e.textContent.trim()).join(" | ")}`);

  // By characters: half of an emoji is no text.
  const begins = node => [...node.data.trim()].slice(0, 20).join("");
  const lies = e => { for (let up = e; up; up = up.parentElement) {
    if (["sticky", "fixed"].includes(getComputedStyle(up).position)) return true; } return false; };
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode() && lines.length < 900) {
    const node = walker.currentNode, e = node.parentElement;
    if (!node.data.trim() || !shown(e) || clipped(e) || parseFloat(getComputedStyle(e).textIndent) < -999 || e.closest("[title], .gh-hidden, svg, option, select, script, " +
        ".gh-skip")) continue;
    let box = e;
    while (getComputedStyle(box).display.startsWith("inline") && box.parentElement)
      box = box.parentElement;
    const outer = box.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter(r => r.width > 1 && r.height > 1);
    // Lines, not boxes: a line of figures and stops from right to left has a box for each.
    const tops = new Set(rects.map(r => Math.round(r.top))).size;
    if (tops > 4 && node.data.trim().length < 3 * tops)
      found.push(`set vertically: ${trail(e)} “${begins(node)}”`);
    for (const r of rects) {
      if (r.width < 2 || r.height < 2) continue;
      let seen = {left: r.left, right: r.right, top: r.top, bottom: r.bottom}, holder = e;
      for (let up = e; up && up !== document.documentElement; up = up.parentElement) {
        if (!scrolls(up)) continue;
        const clip = up.getBoundingClientRect();
        seen.left = Math.max(seen.left, clip.left); seen.right = Math.min(seen.right, clip.right);
        seen.top = Math.max(seen.top, clip.top); seen.bottom = Math.min(seen.bottom, clip.bottom);
      }
      if (r.right > outer.right + 2 || r.left < outer.left - 2)
        found.push(`runs out of its box: ${trail(e)} “${begins(node)}” ` +
          `${Math.round(r.left)}–${Math.round(r.right)} of ${Math.round(outer.left)}–${Math.round(outer.right)}`);
      if (seen.right - seen.left > 2 && seen.bottom - seen.top > 2)
        lines.push({...seen, e, lies: lies(e), text: begins(node)});
    }
  }
  let overlaps = 0;
  for (let i = 0; i < lines.length && overlaps < 3; i++) for (let j = i + 1; j < lines.length; j++) {
    const a = lines[i], b = lines[j];
    if (a.e === b.e || a.e.contains(b.e) || b.e.contains(a.e)) continue;
    const w = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (w > 3 && h > 6 && !a.lies && !b.lies) {
      found.push(`lies over another: ${trail(a.e)} “${a.text}” and ${trail(b.e)} “${b.text}”`);
      overlaps += 1;
      break;
    }
  }

  for (const row of document.querySelectorAll("table tbody tr")) {
    if (!shown(row)) continue;
    for (const cell of row.querySelectorAll(
        "th[scope=row], #result_list tbody th, .field-status, .field-state, .field-outcome, " +
        ".field-row_menu, td:has(> .gh-badge), td:has(> .gh-menu)")) {
      const r = cell.getBoundingClientRect();
      const menu = row.querySelector(".field-row_menu");
      const side = menu && menu !== cell && menu.getBoundingClientRect();
      const least = side && leftwards ? side.right : 0, most = side && !leftwards ? side.left : wide;
      if (shown(cell) && (r.left < least - 1 || r.right > most + 1))
        found.push(`of a row out of the window: ${trail(cell)} ${Math.round(r.left)}–${Math.round(r.right)}`);
    }
    for (const e of row.querySelectorAll("*")) {
      const says = [...e.childNodes].some(node => node.nodeType === 3 && node.data.trim());
      const high = Math.round(e.getBoundingClientRect().height);
      if (says && high > 450 && !e.closest(".gh-bounded"))
        found.push(`a text of ${high} px in a row: ${trail(e)}`);
    }
  }

  const said = e => e.replace(/\s+/g, " ").trim();
  for (const row of document.querySelectorAll("table tbody tr")) {
    if (!shown(row)) continue;
    // innerText is what is drawn: what a column that is left out says must be drawn elsewhere.
    const drawn = said(row.innerText);
    for (const cell of row.cells) if (!shown(cell) && /[\p{L}\p{N}]/u.test(cell.textContent) &&
        !drawn.includes(said(cell.textContent)))
      found.push(`a column is left out that nothing tells: ${trail(cell)} “${begins(cell.firstChild)}”`);
    const box = row.querySelector(".action-checkbox input"), name = row.querySelector("th");
    if (box && name && shown(box)) {
      const b = box.getBoundingClientRect(), n = name.getBoundingClientRect();
      if (b.bottom < n.top || b.top > n.bottom || (leftwards ? b.left < n.right - 1 : b.right > n.left + 1))
        found.push(`a pick box stands apart from its row's name: ${trail(box)}`);
    }
    const menu = row.querySelector(".field-row_menu"), button = menu?.querySelector("button");
    const local = row.querySelector(".gh-address > :first-child:not(:last-child)");
    if (button && local && local.scrollWidth > local.clientWidth &&
        menu.clientWidth > button.clientWidth + 24)
      found.push(`an address is shortened though there is room: ${trail(menu)} ${menu.clientWidth} px`);
  }

  for (const tab of document.querySelectorAll(".gh-tabs [aria-current]")) {
    const t = tab.getBoundingClientRect(), bar = tab.parentElement.getBoundingClientRect();
    if (t.width < bar.width && (t.left < bar.left - 1 || t.right > bar.right + 1))
      found.push(`the open tab is out of sight: “${said(tab.textContent)}”`);
  }

  const pen = document.createElement("canvas").getContext("2d");
  for (const input of document.querySelectorAll("input[placeholder]")) {
    const style = getComputedStyle(input);
    pen.font = style.font;
    const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (shown(input) && pen.measureText(input.placeholder).width > room + 1)
      found.push(`a placeholder is cut: “${input.placeholder}” in ${Math.round(room)} px`);
  }

  for (const label of document.querySelectorAll(".gh-field label:has(> input)")) {
    const r = label.getBoundingClientRect(), row = label.closest(".gh-field").clientWidth;
    if (wide > 768 && shown(label) && r.height > 45 && r.width < row / 2)
      found.push(`a box's text is broken though there is room: ${trail(label)}`);
  }

  let before = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6, caption")) {
    if (!shown(heading)) continue;
    const level = heading.tagName === "CAPTION" ? before : +heading.tagName[1];
    if (level > before + 1) found.push(`heading skips a level: ${trail(heading)}`);
    before = level;
    const section = heading.closest(".gh-panel, section");
    const table = section?.querySelector("table");
    if (table && heading.tagName !== "CAPTION" &&
        heading.getBoundingClientRect().top > table.getBoundingClientRect().bottom &&
        !heading.closest("table"))
      found.push(`heading under its table: ${trail(heading)} “${heading.textContent.trim()}”`);
  }
  return [...new Set(found)];
}
