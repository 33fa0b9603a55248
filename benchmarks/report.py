"""The result as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Result:
    """One number with its aim.

    ``at_least`` and ``at_most`` are the aim; both are ``None`` for a number that has none.
    """

    section: str
    operation: str
    what: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the aim is met, where there is one."""
        if self.at_least is not None:
            return self.value >= self.at_least
        if self.at_most is not None:
            return self.value <= self.at_most
        return None

    @property
    def aim(self) -> str:
        """The aim in words."""
        if self.at_least is not None:
            return f"≥ {self.at_least:,}"
        return f"≤ {self.at_most:,}" if self.at_most is not None else ""


def table(results: Sequence[Result]) -> str:
    """Return Markdown that reads well in a terminal too: one table for each section."""
    sections: dict[str, list[Result]] = {}
    for result in results:
        sections.setdefault(result.section, []).append(result)
    return "\n\n".join(f"### {name}\n\n{_table(rows)}" for name, rows in sections.items())


def summary(results: Sequence[Result]) -> str:
    """Return one sentence: how many aims are met, and which are not."""
    judged = [result for result in results if result.is_met is not None]
    missed = [result for result in judged if not result.is_met]
    text = f"{len(judged) - len(missed)} of {len(judged)} aims are met."
    if missed:
        names = "; ".join(
            f"{result.operation}, {result.what}: {_number(result)} ({result.aim})"
            for result in missed
        )
        text += f" Not met: {names}."
    return text


def save_json(results: Sequence[Result], file: Path) -> None:
    """Write every result, with whether its aim is met, to ``file``."""
    rows = [{**asdict(result), "met": result.is_met} for result in results]
    file.write_text(json.dumps(rows, indent=2) + "\n")


def _table(results: Sequence[Result]) -> str:
    head = ("operation", "what", "value", "aim", "met")
    rows = [
        (
            result.operation,
            result.what,
            _number(result),
            result.aim,
            {True: "yes", False: "NO", None: ""}[result.is_met],
        )
        for result in results
    ]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [_line(head, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
    previous = ""
    for row in rows:
        shown = row if row[0] != previous else ("", *row[1:])
        lines.append(_line(shown, widths))
        previous = row[0]
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def _number(result: Result) -> str:
    digits = 0 if abs(result.value) >= 100 else 2  # noqa: PLR2004 - digits that mean something
    return f"{result.value:,.{digits}f}{' ' + result.unit if result.unit else ''}"
