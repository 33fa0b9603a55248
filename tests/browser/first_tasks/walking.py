"""A walk through one task, and the row of ``docs/first-tasks.md`` that it is compared with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import assert_fits, check, sign_in
from tests.support.newcomer import Newcomer, Way

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import User

TOLD = Path(__file__).parents[3] / "docs" / "first-tasks.md"
WIDE, PHONE = 1440, 360
NOT_WALKED = "–"
"""What the table says of a phone where nobody would do the task on one."""

ROW = re.compile(
    r"^\| \d+\. (?P<title>[^|]+) \| (?P<clicks>\d+) \| (?P<fields>\d+) \| (?P<phone>\d+|–) \|$",
    re.M,
)
WAY = re.compile(r"^\d+\. \*(?P<title>[^*]+)\.\* (?P<way>.+)$", re.M)

walked: dict[str, bool] = {}
"""The titles of the tasks that have a test, and whether they are walked on a phone, too."""


def task(title: str, *, on_phone: bool) -> pytest.MarkDecorator:
    """Mark a test as the task ``title``, in a wide window, and on a phone if one would have it."""
    walked[title] = on_phone
    widths = (WIDE, PHONE) if on_phone else (WIDE,)
    looks = [pytest.param((title, width), id=f"{width}px") for width in widths]
    return pytest.mark.parametrize("walk", looks, indirect=True)


def told_rows() -> dict[str, re.Match[str]]:
    """Return the rows of the document's table, by the titles of the tasks."""
    return {row["title"]: row for row in ROW.finditer(TOLD.read_text(encoding="utf-8"))}


def told_ways() -> dict[str, str]:
    """Return the way of each task in the document, by its title."""
    return {way["title"]: way["way"] for way in WAY.finditer(TOLD.read_text(encoding="utf-8"))}


@dataclass
class Walk:
    """Opens windows of one width for those who do a task, and counts what they do."""

    title: str
    width: int
    open_browser: Callable[..., Page]
    way: Way = field(default_factory=Way)

    def by(self, user: User, who: str, *, link: str = "") -> Newcomer:
        """Return ``user`` on the page after sign-in, or where a link leads that they were sent.

        The document calls them ``who``.
        """
        page = self.open_browser(width=self.width)
        sign_in(page, user.user_name)
        return self._begin(page, who, link)

    def by_stranger(self, who: str, *, link: str) -> Newcomer:
        """Return somebody without an account, where a link leads that they were sent."""
        return self._begin(self.open_browser(width=self.width), who, link)

    def ends_at(self, somebody: Newcomer) -> None:
        """Look at the page where the task is done; the document must say what it took."""
        row, way = told_rows()[self.title], told_ways()[self.title]
        if self.width == PHONE:
            assert_fits(somebody.page)
            told = f"{row['phone']} clicks, {row['fields']} fields"
            took = f"{self.way.clicks} clicks, {self.way.fields} fields"
        else:
            check(somebody.page)
            told = f"{row['clicks']} clicks, {row['fields']} fields: {way}"
            took = f"{self.way.clicks} clicks, {self.way.fields} fields: {self.way}"
        assert told == took, f"{TOLD.name} says of {self.title!r}\n{told}\nIt took\n{took}"

    def _begin(self, page: Page, who: str, link: str) -> Newcomer:
        if link:
            page.goto(link)
        self.way.begin(who)
        return Newcomer(page, self.way, page.locator("body"))
