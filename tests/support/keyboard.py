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
    Controls in menus and details that are closed count as not shown.
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
