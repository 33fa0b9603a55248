"""What a how-to prints in bold or italics is written so on the pages of Gatehouse."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

import pytest

from operations.checkout import BASE_DIR
from tests.architecture.test_words import texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOW_TOS: Final = sorted(
    each for each in (BASE_DIR / "docs" / "howto").glob("*.md") if each.name != "README.md"
)
ELSEWHERE: Final = {
    "change-the-identity-provider.md": {"the next certificate of the same identity provider"},
    "connect-an-identity-provider.md": {"e-mail address as nameid"},
    "find-people.md": {"muller", "müller", "łódź", "lodz"},
    "get-back-in.md": {"a system admin with recovery codes", "the operator of the deployment"},
}
"""What is emphasised there, and stands on no page: titles of paragraphs, names, advice."""

_CODE: Final = re.compile(r"```.*?```", re.DOTALL)
_IN_LINE_CODE: Final = re.compile(r"`[^`]*`")
_TITLE_OF_AN_ITEM: Final = re.compile(r"^\s*(- |\d+\. )(\*\*[^*›]+\*\*|\*[^*›]+\*)", re.MULTILINE)
"""What an item of a list begins with is as often its title as a word of a page."""
_EMPHASISED: Final = re.compile(r"\*\*(.+?)\*\*|(?<![*\w])\*(?![\s*])(.+?)(?<!\s)\*(?!\*)")
_FILLED_IN: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|%\(\w+\)[sd]|\{\w*\}|…|\b\d+\b")
"""What of a page's text is another one each time, and what a how-to says in its place."""


def plain(text: str) -> str:
    """``text`` without what differs in typing alone."""
    straight = html.unescape(text).translate(str.maketrans("’“”", '\'""'))
    return " ".join(re.sub(r"<[^>]+>", " ", straight).split()).lower()


def parts_of(text: str) -> Iterator[str]:
    """The parts of ``text`` between what is filled in."""
    for part in _FILLED_IN.split(text):
        if said := plain(part).strip(" .:,"):
            yield said


def emphasised(how_to: Path) -> Iterator[str]:
    """What is bold or in italics, each page of a way (*A › B*) and each part for itself."""
    text = _IN_LINE_CODE.sub("…", _CODE.sub("", how_to.read_text()))
    text = _TITLE_OF_AN_ITEM.sub(r"\1", text)
    for paragraph in text.split("\n\n"):
        for bold, italic in _EMPHASISED.findall(" ".join(paragraph.split())):
            for page in (bold or italic).split("›"):
                yield from parts_of(page)


@pytest.fixture(scope="module")
def on_pages() -> str:
    return "\n".join(part for _file, text in texts() for part in parts_of(text))


@pytest.mark.parametrize("how_to", HOW_TOS, ids=lambda each: each.stem)
def test_words_of_pages_are_those_of_the_pages(how_to: Path, on_pages: str) -> None:
    words = list(emphasised(how_to))

    assert words
    unknown = {each for each in words if each not in on_pages}
    assert unknown == ELSEWHERE.get(how_to.name, set())


def test_what_stands_on_no_page_is_found_out(on_pages: str, tmp_path: Path) -> None:
    (tmp_path / "how-to.md").write_text(
        "Press **Redo it**, then\n*User list › Import\nan elephant*."
    )

    words = list(emphasised(tmp_path / "how-to.md"))

    assert words == ["redo it", "user list", "import an elephant"]
    assert [each for each in words if each not in on_pages] == ["redo it", "import an elephant"]
