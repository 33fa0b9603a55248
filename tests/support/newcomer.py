"""Somebody who has never seen the product: they use what a page shows, and their steps count."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import expect
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import Locator, Page

FIND = "Find a person, page or setting"
FOLDED_BELOW = 1024
"""In windows less wide, in pixels, the list of pages is folded behind a button."""

_PRESSED = ("link", "button", "checkbox", "radio")
_FILLED = ("textbox", "searchbox", "combobox")


@dataclass
class Way:
    """The steps that a task took: names of what was clicked, and of the fields filled in."""

    steps: list[str] = field(default_factory=list)
    clicks: int = 0
    fields: int = 0

    def begin(self, who: str) -> None:
        """Let ``who`` go on from here."""
        self.steps.append(f"**{who}:**")

    def clicked(self, name: str) -> None:
        """Count a click."""
        self.clicks += 1
        self.steps.append(name)

    def filled(self, name: str) -> None:
        """Count a field that was filled in, or chosen from."""
        self.fields += 1
        self.steps.append(f"*{name}*")

    @override
    def __str__(self) -> str:
        return " › ".join(self.steps).replace(":** › ", ":** ").replace(" › **", "; **")


@dataclass(frozen=True)
class Newcomer:
    """Hands and eyes on one page, or on a part of it; what they do is told to ``way``.

    What is acted on is found by its role and its name: the whole name, or its beginning where
    nothing is called so.  A name that is shown twice is no name: say :meth:`within` what.
    """

    page: Page
    way: Way
    place: Locator

    def within(self, role: Literal["row", "region", "dialog"], text: str = "") -> Newcomer:
        """Return the same person, who looks only at one part: the row that shows ``text``, or
        what has it as its heading.
        """
        if role == "row":
            part = self.place.get_by_role(role).filter(has_text=text)
        else:
            part = self.place.get_by_role(role, name=text or None)
        return replace(self, place=part.filter(visible=True))

    def click(self, name: str) -> None:
        """Press a link, a button or a box."""
        self._one(_PRESSED, name).click()
        self.way.clicked(name)

    def press(self, key: str) -> None:
        """Press a key, which counts as a click."""
        self.page.keyboard.press(key)
        self.way.clicked(f"`{key}`")

    def fill(self, name: str, text: str) -> None:
        """Write into a field."""
        self._one(_FILLED, name).fill(text)
        self.way.filled(name)

    def choose(self, name: str, option: str) -> None:
        """Choose from a list."""
        self._one(("combobox",), name).select_option(label=option)
        self.way.filled(name)

    def upload(self, name: str, file: str, content: str) -> None:
        """Choose a file of the own computer."""
        self.place.get_by_label(name).filter(visible=True).set_input_files(
            {"name": file, "mimeType": "application/octet-stream", "buffer": content.encode()}
        )
        self.way.filled(name)

    def sees(self, *texts: str) -> None:
        """Wait until each of ``texts`` can be read."""
        for text in texts:
            expect(self.place.get_by_text(text).filter(visible=True).first).to_be_visible()

    def go_to(self, name: str) -> None:
        """Open a page of the console by the list of pages."""
        if self.page.evaluate("innerWidth") < FOLDED_BELOW:
            self.click("Pages")
        self.click(name)

    def find(self, words: str, name: str) -> None:
        """Open what the search of the console finds under ``name``."""
        self.click(FIND)
        box = self.within("dialog")
        box.fill(FIND, words)
        box.click(name)

    def _one(self, roles: Iterable[str], name: str) -> Locator:
        begins = self._called(roles, re.compile(rf"^\s*{re.escape(name)}(?!\w)"))
        expect(begins.first, f"{name!r} on {self.page.url}").to_be_visible()
        whole = self._called(roles, re.compile(rf"^\s*{re.escape(name)}\s*$"))
        found = whole if whole.count() else begins
        assert found.count() == 1, f"{name!r} is shown {found.count()} times on {self.page.url}"
        return found

    def _called(self, roles: Iterable[str], name: re.Pattern[str]) -> Locator:
        first, *others = (self.place.get_by_role(each, name=name) for each in roles)  # type: ignore[arg-type]
        for each in others:
            first = first.or_(each)
        return first.filter(visible=True)
