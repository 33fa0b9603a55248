// The controls of the page as it stands, and what holds of the one that has the focus;
// keyboard.py says what counts as wrong.
() => {
  const shown = e => e.checkVisibility({visibilityProperty: true});
  const name = e => `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}` +
    ` “${[...(e.getAttribute("aria-label") || e.name || e.textContent).trim()].slice(0, 30).join("")}”`;
  // Folds are gone through as well; of those that exclude each other, the one that stays open.
  document.querySelectorAll("details").forEach(fold => fold.open = true);
  const closed = e => e.matches("details:not([open]) *") && !e.matches("summary");
  const controlsIn = part => [...part.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")]
    .filter(e => shown(e) && !e.disabled && !e.closest("[inert]") && !closed(e) && e.tabIndex >= 0);
  const controls = controlsIn(document);
  const openers = new Map(controls.filter(e => e.matches("button[popovertarget]"))
    .map(e => [e.popoverTargetElement.id.replace(/\d+/g, ""), e]));
  // Of radio buttons that exclude each other, the keyboard reaches one; arrows lead to the others.
  const groupAmong = (all, e) => e.type === "radio" && e.name
    ? all.find(other => other.type === "radio" && other.name === e.name && other.form === e.form)
    : e;
  const group = e => groupAmong(controls, e);

  const isMarked = e => {
    const style = getComputedStyle(e);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 &&
      !/^(transparent|rgba\(.*, 0\))$/.test(style.outlineColor);
  };
  const faultsOf = e => {
    const found = [];
    const marks = [e, e.nextElementSibling, ...(e.labels || [])].filter(Boolean);
    // The calendar of a date is the browser's own part, which marks itself: the field has no :focus.
    if (e.matches(":focus") && !marks.some(isMarked)) found.push("shows no focus");
    const wide = document.documentElement.clientWidth, high = document.documentElement.clientHeight;
    const areas = [...e.getClientRects()].map(r => ({
      left: Math.max(r.left, 0), right: Math.min(r.right, wide),
      top: Math.max(r.top, 0), bottom: Math.min(r.bottom, high)}))
      .filter(r => r.right - r.left > 1 && r.bottom - r.top > 1);
    if (!areas.length) return [...found, "is out of the window while it has the focus"];
    const isOnTop = (x, y) => {
      const hit = document.elementFromPoint(x, y);
      return hit && (hit === e || e.contains(hit) || hit.contains(e) && hit.matches("label, a, button") ||
        [...(e.labels || [])].some(label => label.contains(hit)));
    };
    const isSeen = areas.some(r => [0.1, 0.5, 0.9].some(x => [0.1, 0.5, 0.9].some(y =>
      isOnTop(r.left + (r.right - r.left) * x, r.top + (r.bottom - r.top) * y))));
    if (!isSeen) found.push("is covered while it has the focus");
    return found;
  };

  window.gatehouseKeyboard = {
    // One menu of each kind: the last of the page, so that it opens where there is least room.
    menus: () => [...openers.keys()],
    focusOpener: kind => openers.get(kind).focus(),
    menu: kind => {
      const opener = openers.get(kind), menu = opener.popoverTargetElement;
      const e = document.activeElement, all = controlsIn(menu);
      const inside = all.filter(each => groupAmong(all, each) === each);
      return {
        isOpen: menu.matches(":popover-open"),
        isBack: e === opener,
        names: inside.map(name),
        at: inside.indexOf(groupAmong(all, e)),
        faults: menu.contains(e) ? faultsOf(e).map(fault => `${name(e)} ${fault}`) : [],
      };
    },
    names: () => controls.map(e => group(e) === e ? name(e) : ""),
    focused: () => {
      const e = document.activeElement;
      if (!e || e === document.body) return {at: -1, faults: []};
      const number = controls.indexOf(group(e));
      return {at: number, faults: faultsOf(e).map(fault => `${name(e)} ${fault}`)};
    },
  };
  document.activeElement?.blur();
  return window.gatehouseKeyboard.names();
}
