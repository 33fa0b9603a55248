"""Cells of CSV files that no spreadsheet runs, and what such a cell was before."""

from __future__ import annotations

import re
from typing import Final

_FORMULA: Final = "=+@\uff1d\uff0b\uff0d\uff20-"
"""What a formula begins with; in East Asia also in full width."""
_BEGINNINGS: Final = (*_FORMULA, "\t", "\r", "\n")
_WITHIN: Final = re.compile(f"([;\t\r\n] *)(?='*[{_FORMULA}])")
_MADE_WITHIN: Final = re.compile(f"([;\t\r\n] *)'(?='*[{_FORMULA}])")
"""Where a spreadsheet begins another cell that is set to another separator than our comma: to it
our quotation marks in the middle of a line are letters."""


def harmless(value: object) -> str:
    """Return ``value`` as a cell that no spreadsheet takes for a formula.

    A leading apostrophe is what OWASP advises against "CSV injection"; spreadsheets hide it.

    >>> harmless("=HYPERLINK(1)"), harmless("a;=HYPERLINK(1)")
    ("'=HYPERLINK(1)", "a;'=HYPERLINK(1)")
    >>> harmless(None), harmless(-3)
    ('', '-3')
    """
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, int | float):
        return text
    mark = "'" if _is_run(text) else ""
    return mark + _WITHIN.sub(r"\1'", text)


def unharmed(cell: str) -> str:
    """Return what :func:`harmless` was given, so that an exported file can be read again."""
    is_marked = cell.startswith("'") and _is_run(cell)
    return _MADE_WITHIN.sub(r"\1", cell[1:] if is_marked else cell)


def _is_run(text: str) -> bool:
    """Whether a spreadsheet may run a cell that begins so, whatever apostrophes are before it."""
    return text.lstrip("'").lstrip(" ").startswith(_BEGINNINGS)
