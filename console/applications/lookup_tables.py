"""Lookup tables as people paste them: two columns of CSV, what is here and what is sent."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_LINES: Final = 2_000
LONGEST: Final = 100_000
_COLUMNS: Final = 2


def read_table(text: str) -> dict[str, str]:
    """Return what the lines of a table say; columns are parted by comma, semicolon or tab.

    Raises:
        ValidationError: A line has not two columns, or says of a value what another one says, or
            it is no CSV.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise ValidationError(_("A table has at most %(n)s lines.") % {"n": MOST_LINES})
    found: dict[str, str] = {}
    for number, cells in enumerate(_cells(lines), start=1):
        if len(cells) != _COLUMNS:
            text = _("Line %(n)s of the table needs two columns: the value here, what is sent.")
            raise ValidationError(text % {"n": number})
        here, sent = (cell.strip() for cell in cells)
        if found.setdefault(here, sent) != sent:
            text = _("Line %(n)s of the table says something else of “%(value)s”.")
            raise ValidationError(text % {"n": number, "value": here[:60]})
    return found


def _cells(lines: Sequence[str]) -> list[list[str]]:
    delimiter = next((sign for sign in "\t;" if lines and sign in lines[0]), ",")
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error as error:
        text = _("The table cannot be read as CSV: a line of it may be too long.")
        raise ValidationError(text) from error


def write_table(table: Mapping[str, str]) -> str:
    """Return a table as people see it, one line for each value.

    >>> write_table({"EMEA": "4402", "a,b": "x"})
    'EMEA,4402\\n"a,b",x'
    """
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(table.items())
    return lines.getvalue().removesuffix("\n")
