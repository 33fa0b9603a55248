"""The style sheets hold what pages use, and pages use what the style sheets hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.support.packages import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
SHEETS: Final = sorted((ROOT / "static" / "console").glob("*.css"))
TEMPLATES: Final = sorted((ROOT / "templates").rglob("*.html"))
OF_DJANGO: Final = frozenset(
    {
        *("action-checkbox", "action-checkbox-column", "action-select"),
        *("errorlist", "field-row_menu", "column-row_menu", "nowrap"),
    }
)
"""What Django's admin and forms call parts of a list and of a form."""
MADE: Final = frozenset({"gh-branded"})
"""What has its rules in a style sheet that the server makes for each tenant."""


def _classes_of(sheet: str) -> set[str]:
    without = re.sub(r"/\*.*?\*/|\{[^{}]*\}|\"[^\"]*\"", " ", sheet, flags=re.DOTALL)
    return set(re.findall(r"\.(-?[A-Za-z_][\w-]*)", without))


def _users() -> Iterator[str]:
    yield from (path.read_text() for path in TEMPLATES)
    yield from (path.read_text() for path in (ROOT / "static" / "console").glob("*.js"))
    for package in PACKAGES:
        yield from (path.read_text() for path in (ROOT / package).rglob("*.py"))


def test_every_class_of_the_style_sheets_is_used() -> None:
    used = "\n".join(_users())
    whole = set(re.findall(r"[\w-]+", used))
    begun = {name.rstrip("-") for name in re.findall(r"([\w-]+-){[{%]", used)}
    found = {name for sheet in SHEETS for name in _classes_of(sheet.read_text())}

    dead = {
        name
        for name in found - OF_DJANGO - whole
        if name.rpartition("-")[0].rstrip("-") not in begun
    }

    assert len(found) > 150
    assert dead == set()


def test_every_class_of_a_page_has_a_rule() -> None:
    ruled = {name for sheet in SHEETS for name in _classes_of(sheet.read_text())}
    used = {
        name
        for path in TEMPLATES
        for value in re.findall(r'class="([^"]*)"', path.read_text())
        for name in re.findall(r"(?<![\w-])gh-[a-z]\w*(?:[-_]+\w+)*(?![\w-]*\{)", value)
    }

    assert len(used) > 100
    assert used - ruled - MADE == set()


def test_no_paragraph_holds_a_box_which_would_end_it() -> None:
    ended = re.compile(r"<(p|h[1-6])\b[^>]*>(?:(?!</\1>).)*\|bounded", re.DOTALL)

    assert [str(path) for path in TEMPLATES if ended.search(path.read_text())] == []


def test_no_page_has_a_style_or_a_script_of_its_own() -> None:
    own = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]* src=)")

    # A mail is no page: it brings its style, because nothing else reaches a mail program.
    pages = [path for path in TEMPLATES if "mail" not in path.parent.name]
    assert [path.name for path in pages if own.search(path.read_text())] == []


def test_scripts_keep_to_their_budget() -> None:
    """Menus, folds, tabs and the list of pages need none.

    A quarter of it is the one search for people and groups that every field of names has.
    """
    lines = {
        path.name: sum(
            bool(line.strip()) and not line.strip().startswith("//")
            for line in path.read_text().splitlines()
        )
        for path in (ROOT / "static" / "console").glob("*.js")
    }

    assert sum(lines.values()) <= 565, lines
