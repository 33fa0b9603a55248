"""The log as text: what a message quotes ends no line, and looks like no line of its own.

Names of sources, texts of exceptions and paths come from outside.  A line break in one would forge
an entry, an escape sequence would move the cursor of whoever reads along.
"""

from __future__ import annotations

import logging
import re
from typing import Final

from typing_extensions import override

_FORMAT: Final = "{asctime} {levelname} {name} {request_id} {message}"
_INDENT: Final = "    "
_UNPRINTED: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and those that break lines or turn the direction of writing."""


class TextLines(logging.Formatter):
    """Writes a record in one line; the lines of a trace follow, indented."""

    def __init__(self) -> None:
        super().__init__(_FORMAT, style="{")

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        return escaped(super().formatMessage(record))

    @override
    def formatException(self, ei: object) -> str:
        trace = super().formatException(ei)  # type: ignore[arg-type] # as it is handed over
        # Only what ends a line for every reader ends one here.
        return "\n".join(_INDENT + escaped(line) for line in trace.split("\n"))


def escaped(text: str) -> str:
    r"""Return ``text`` without what does not print, written as Python writes it.

    >>> print(escaped("a\r\n\x1b[2Jb"))
    a\r\n\x1b[2Jb
    """
    return _UNPRINTED.sub(lambda found: ascii(found[0])[1:-1], text)
