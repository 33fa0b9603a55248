"""Moments are written in one way, wherever people read them (`config/formats`)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.support.packages import PACKAGES

ROOT: Final = Path(__file__).parents[2]
TEMPLATES: Final = sorted(
    path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"}
)
NAMED: Final = {"DATE_FORMAT", "SHORT_DATE_FORMAT", "DATETIME_FORMAT", "SHORT_DATETIME_FORMAT", "c"}
"""The formats of `config/formats`; ``c`` is what the attribute of ``<time>`` is read by."""
SPELT: Final = re.compile(r"""\|(?:date|time)\b(?::(["'])(?P<format>.*?)\1)?""")
FOR_PEOPLE: Final = re.compile(r":%Y-%m-%d %H|strftime\(\"%[Yd]-?%?m?-?%?d? ?%H")
FOR_PROGRAMS: Final = {"saml_sso/models/messages.py"}
"""Rows that no page shows."""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_write_moments_by_the_formats_of_the_site(path: Path) -> None:
    found = {match["format"] for match in SPELT.finditer(path.read_text())}

    assert found <= NAMED


def test_templates_with_moments_are_found() -> None:
    assert sum(bool(SPELT.search(path.read_text())) for path in TEMPLATES) > 10


def test_code_writes_moments_by_the_formats_of_the_site() -> None:
    found = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if FOR_PEOPLE.search(path.read_text())
    }

    assert found == FOR_PROGRAMS
