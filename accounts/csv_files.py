"""Files of comma-separated values as spreadsheets and HR systems write them, read as text.

Encoding and delimiter are found by what is there: UTF-8 and UTF-16 with or without their mark, else
Windows-1252; comma, semicolon or tab, or what a line such as ``sep=;`` says, which spreadsheets
write above the titles.  Nothing here asks the database.
"""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext as _

from accounts.csv_cells import unharmed

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_COLUMNS: Final = 100
LONGEST_TITLE: Final = 200
"""Characters of a title that are kept."""
_LONGEST_FIRST_LINE: Final = 100_000
"""Characters; more are no titles, and are not taken apart to find that out."""
_DELIMITERS: Final = (",", ";", "\t")
_LOOKED_AT: Final = 20
"""Rows that say which delimiter it is."""
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f]")
_SEPARATOR: Final = re.compile(r'\A"?sep=([,;|\t])"?[,;\t ]*(?=\r?\n|\r|\Z)', re.IGNORECASE)
"""A first line that says which delimiter it is, as Excel does."""
_END: Final = "\r\n"
_ENDS: Final = re.compile("[\r\n]")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_UNMARKED: Final = (("utf-8", "UTF-8"), ("cp1252", "Windows-1252"))


class UnreadableFileError(ValueError):
    """The file is no CSV of the form that is asked for; the message says what is wrong."""


class Decoded(NamedTuple):
    """The text of a file, and the encoding that it was found to be in."""

    text: str
    encoding: str


class Row(NamedTuple):
    """One row, counted as a spreadsheet counts it: what the file begins with is row 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: its titles, and rows that are read as they are asked for.

    Attributes:
        titles_row: The number of the row that they are.
    """

    titles: list[str]
    titles_row: int
    delimiter: str
    text: str

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the titles; those that are empty are skipped, yet counted.

        A cell that was made harmless for spreadsheets is what it was before.

        Raises:
            UnreadableFileError: A quotation mark is never closed, or a cell is too long.
        """
        for number, cells in _records(self.text, self.delimiter):
            if number > self.titles_row and any(cells):
                yield Row(number, cells)


def decode(content: bytes) -> Decoded:
    """Return the text of an uploaded file.

    Raises:
        UnreadableFileError: It is empty, or no text.
    """
    if not content.strip():
        raise UnreadableFileError(_("The file is empty."))
    decoded = _decoded(content)
    if decoded is None or _CONTROLS.search(decoded.text):
        raise UnreadableFileError(
            _(
                "The file is not a CSV file: it holds binary data. Open it in your spreadsheet, "
                "and save it as “CSV UTF-8”."
            )
        )
    return decoded


def is_too_wide(row: Row, width: int) -> bool:
    """Whether a row holds something beyond so many columns, and so some of it may be shifted."""
    return any(row.cells[width:])


def too_wide() -> str:
    """Return what is wrong with such a row."""
    return _(
        "The line has more values than the first line has titles. Put a value that holds a comma, "
        "semicolon or tab into quotation marks, and give each column a title."
    )


def read_table(text: str) -> Table:
    """Return the table that ``text`` is.

    Raises:
        UnreadableFileError: It has no titles, or too many columns.
    """
    said = _SEPARATOR.match(text)
    # What it leaves is an empty row: all are counted as they are in the file.
    text = text[said.end() :] if said else text
    titles_row = 2 if said else 1
    above = len(_END) if said else 0
    if len(text) > _LONGEST_FIRST_LINE and not _ENDS.search(text, above, _LONGEST_FIRST_LINE):
        words = _(
            "The first line is longer than %(most)s characters. It must name the columns, such as "
            "“E-mail”."
        )
        raise UnreadableFileError(words % {"most": f"{_LONGEST_FIRST_LINE:,}"})
    delimiter = said[1] if said else max(_DELIMITERS, key=lambda each: _fits(text, each))
    _number, titles = next(islice(_records(text, delimiter), titles_row - 1, None), (1, []))
    while titles and not titles[-1]:
        titles.pop()
    if not titles:
        raise UnreadableFileError(
            _("The first line is empty. It must name the columns, such as “E-mail”.")
        )
    if any("@" in title for title in titles):
        raise UnreadableFileError(
            _(
                "The first line holds an address. It must name the columns, such as “E-mail”: "
                "put a line of titles above the people."
            )
        )
    if len(titles) > MOST_COLUMNS:
        text = _("The file has more than %(most)s columns. Take out those that are not needed.")
        raise UnreadableFileError(text % {"most": MOST_COLUMNS})
    return Table([title[:LONGEST_TITLE] for title in titles], titles_row, delimiter, text)


def _decoded(content: bytes) -> Decoded | None:
    for mark, codec, name in _MARKS:
        if content.startswith(mark):
            return _tried(content, codec, name)
    if _looks_like_utf_16(content):
        codec = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
        return _tried(content, codec, "UTF-16")
    for codec, name in _UNMARKED:
        if decoded := _tried(content, codec, name):
            return decoded
    return None


def _looks_like_utf_16(content: bytes) -> bool:
    """Whether every other byte of the beginning is NUL, as in UTF-16 without its mark."""
    start = content[: _LOOKED_AT * 2]
    return len(start) % 2 == 0 and any(
        not any(start[first::2]) and all(start[1 - first :: 2]) for first in (0, 1)
    )


def _tried(content: bytes, codec: str, name: str) -> Decoded | None:
    try:
        return Decoded(content.decode(codec), name)
    except UnicodeDecodeError:
        return None


def _fits(text: str, delimiter: str) -> tuple[int, int]:
    """Return how well a delimiter fits: how many rows are as wide as the titles, and how wide."""
    rows: list[list[str]] = []
    try:
        rows += (cells for _number, cells in islice(_records(text, delimiter), _LOOKED_AT))
    except UnreadableFileError:
        # Another one may read it all as a single column: what is wrong is to be told.
        return 0, len(rows[0]) if rows else 0
    if not rows or len(rows[0]) == 1:
        return 0, 1
    return sum(len(row) == len(rows[0]) for row in rows), len(rows[0])


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # Blanks around a value are none of it; before a quotation mark they would make it a letter.
    reader = csv.reader(
        StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True
    )
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, [unharmed(cell.strip()) for cell in cells]
    except csv.Error as error:
        text = _(
            "Line %(line)s cannot be read: a quotation mark is missing or too many, or a cell is "
            "longer than %(most)s characters."
        )
        words = {"line": number + 1, "most": f"{csv.field_size_limit():,}"}
        raise UnreadableFileError(text % words) from error
