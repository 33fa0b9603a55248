"""What the layout of a page must satisfy, measured in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_MEASURE = Path(__file__).with_suffix(".js").read_text()
_DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""What follows the size of the window has followed it by then."""


def faults_of(page: Page) -> list[str]:
    """Return what is wrong with the layout of the page as it stands in its window.

    That is: it scrolls sideways; a text is cut, runs out of its box or lies over another; the
    name, the state or the menu of a row is out of the window; a text makes a row as high as half
    a window; a text is set vertically, letter under letter; a text beside a box is broken though
    there is room; two buttons are filled; a heading skips a level or stands under the table it is
    about; a column is left out and nothing tells what stands in it; a pick box stands apart from
    the name of its row; an address is shortened though there is room; the open tab is out of sight;
    a placeholder is cut.
    """
    page.evaluate(_DRAWN)
    found: list[str] = page.evaluate(_MEASURE)
    return found
