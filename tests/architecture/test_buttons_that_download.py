"""A button that brings a file leaves its page there, so that it is marked for ``once.js``.

What is marked holds up no other button of its form; what is not is sent once in three seconds.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
BUTTON = re.compile(r"<button\b(?P<attributes>[^>]*)>(?P<words>.*?)</button>", re.S)
FILE = re.compile(r"\b(csv|json|download)\b", re.I)
MARK = "data-downloads"


def buttons() -> list[tuple[str, str, str]]:
    """Return each button that sends a form: its template, its attributes, what it says."""
    return [
        (str(path.relative_to(ROOT)), found["attributes"], found["words"])
        for path in TEMPLATES
        for found in BUTTON.finditer(path.read_text())
        if 'type="submit"' in found["attributes"]
    ]


def is_download(attributes: str, words: str) -> bool:
    return bool(FILE.search(words) or FILE.search(attributes.replace(MARK, "")))


def test_there_are_such_buttons_and_others() -> None:
    marked = [MARK in attributes for _path, attributes, _words in buttons()]
    assert any(marked)
    assert not all(marked)


@pytest.mark.parametrize(("path", "attributes", "words"), buttons())
def test_what_brings_a_file_is_marked_and_nothing_else(
    path: str, attributes: str, words: str
) -> None:
    assert (MARK in attributes) == is_download(attributes, words), f"{path}: {words}"
