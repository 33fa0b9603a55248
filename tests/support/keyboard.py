"""What a page must satisfy for whoever has a keyboard only, tried in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_PARTS = 9
"""Fields for a date and a time have a stop each for day, month, hour …, and for their calendar."""
_PREPARE = Path(__file__).with_suffix(".js").read_text()


def keyboard_faults(page: Page) -> list[str]:
    """Go through the page with the Tab key until it comes round; return what is wrong.

    That is: a control that is shown is not reached; one that has the focus shows it by no
    outline, is out of the window or lies wholly under something else; Tab goes on no more.
    Folds are opened before.  For menus, which are closed, ask :func:`menus_of`.
    """
    names: list[str] = page.evaluate(_PREPARE)
    missing = {number for number, name in enumerate(names) if name}
    found: dict[str, None] = {}
    before, stays = -2, 0
    for _press in range(2 * len(names) + 20):
        page.keyboard.press("Tab")
        focused = page.evaluate("gatehouseKeyboard.focused()")
        found |= dict.fromkeys(focused["faults"])
        stays = stays + 1 if focused["at"] == before >= 0 else 0
        if stays > _PARTS:
            found[f"Tab stays at {names[before]}"] = None
            break
        before = focused["at"]
        if not missing and before in {-1, 0}:
            return list(found)
        missing.discard(before)
    else:
        found["Tab does not come round"] = None
    unreached = [names[number] for number in sorted(missing)]
    return [*found, *(f"Tab does not reach {name}" for name in unreached)]


def menus_of(page: Page) -> list[str]:
    """Return one menu of each kind that the page has, for :func:`menu_faults`."""
    page.evaluate(_PREPARE)
    kinds: list[str] = page.evaluate("gatehouseKeyboard.menus()")
    return kinds


def menu_faults(page: Page, kind: str) -> list[str]:
    """Open a menu of the page with Enter, go through it with Tab, close it with Escape.

    Return what is wrong: it does not open; a control in it is not reached, or shows no focus, or is
    out of the window or covered; it stays open; the focus does not come back to its button.
    """
    page.evaluate("kind => gatehouseKeyboard.focusOpener(kind)", kind)
    page.keyboard.press("Enter")
    menu = page.evaluate("kind => gatehouseKeyboard.menu(kind)", kind)
    if not menu["isOpen"]:
        return ["Enter does not open it"]
    names, found, reached = menu["names"], dict[str, None](), set[int]()
    for _press in range(2 * len(names) + _PARTS):
        if len(reached) == len(names):
            break
        page.keyboard.press("Tab")
        menu = page.evaluate("kind => gatehouseKeyboard.menu(kind)", kind)
        found |= dict.fromkeys(menu["faults"])
        reached.add(menu["at"])
        reached.discard(-1)
    unreached = [name for number, name in enumerate(names) if number not in reached]
    page.keyboard.press("Escape")
    menu = page.evaluate("kind => gatehouseKeyboard.menu(kind)", kind)
    if menu["isOpen"]:
        found["Escape does not close it"] = None
    elif not menu["isBack"]:
        found["The focus does not come back to its button"] = None
    return [*found, *(f"Tab does not reach {name}" for name in unreached)]
