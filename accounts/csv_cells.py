"""Cells of CSV files that no spreadsheet runs, and what such a cell was before."""

from __future__ import annotations

from typing import Final

_STARTS_A_FORMULA: Final = (
    *("=", "+", "-", "@", "\t", "\r", "\n"),
    *("\uff1d", "\uff0b", "\uff0d", "\uff20"),  # The same in full width, as in East Asia.
)


def harmless(value: object) -> str:
    """Return ``value`` as a cell that no spreadsheet takes for a formula.

    A leading apostrophe is what OWASP advises against "CSV injection"; spreadsheets hide it.

    >>> harmless("=HYPERLINK(1)")
    "'=HYPERLINK(1)"
    >>> harmless(None), harmless(-3)
    ('', '-3')
    """
    if value is None:
        return ""
    text = str(value)
    if not isinstance(value, int | float) and text.lstrip(" ").startswith(_STARTS_A_FORMULA):
        return f"'{text}"
    return text


def unharmed(cell: str) -> str:
    """Return what :func:`harmless` was given, so that an exported file can be read again."""
    rest = cell.removeprefix("'")
    return rest if rest != cell and rest.lstrip(" ").startswith(_STARTS_A_FORMULA) else cell
