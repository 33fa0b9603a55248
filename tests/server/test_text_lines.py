"""The text of the log: nothing that is quoted in it can look like an entry."""

from __future__ import annotations

import logging
import re
import unicodedata
from typing import Any

import pytest

from operations.log_lines.json_lines import JSONLines
from operations.log_lines.text_lines import TextLines

SEPARATORS = [
    chr(point) for point in range(0x3000) if unicodedata.category(chr(point)) in {"Cc", "Zl", "Zp"}
]
TURNING = [
    chr(point)
    for point in range(0x3000)
    if unicodedata.bidirectional(chr(point))
    in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
]
FORGED = "2026-01-01 00:00:00,000 ERROR django.request - All is lost"


def written(formatter: logging.Formatter, message: str, error: Exception | None = None) -> str:
    info: Any = (type(error), error, None) if error else None
    record = logging.LogRecord("name", logging.ERROR, "x.py", 1, "Seen: %s", (message,), info)
    record.request_id = "-"
    return formatter.format(record)


@pytest.mark.parametrize(
    ("formatter", "ends"),
    # Whoever reads JSON lines splits them at line feeds; whoever reads text, at whatever it shows.
    [(TextLines(), re.compile(f"[{''.join(SEPARATORS)}]")), (JSONLines(), re.compile("\n"))],
)
def test_no_character_of_a_message_ends_its_line(
    formatter: logging.Formatter, ends: re.Pattern[str]
) -> None:
    for character in SEPARATORS:
        line = written(formatter, f"a{character}{FORGED}")

        assert len(ends.split(line)) == 1, ascii(character)


@pytest.mark.parametrize("character", [*SEPARATORS, *TURNING])
def test_no_character_reaches_a_terminal_that_obeys_it(character: str) -> None:
    assert character not in written(TextLines(), f"a{character}b")


def test_the_lines_of_a_trace_are_told_from_entries() -> None:
    for character in SEPARATORS:
        first, *trace = written(TextLines(), "x", ValueError(f"a{character}{FORGED}")).splitlines()

        assert first.endswith("Seen: x")
        assert trace
        assert all(line.startswith("    ") for line in trace), ascii(character)


def test_letters_of_every_script_are_written_as_they_are() -> None:
    assert "Zoë 🙂 עברית" in written(TextLines(), "Zoë 🙂 עברית")
