"""Files to take away: streamed; those of CSV have no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
from contextvars import copy_context
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from django.utils import timezone

from accounts.csv_cells import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_EXHAUSTED = object()


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_response(
    *, name: str, header: Iterable[object], rows: Iterable[Iterable[Any]]
) -> StreamingHttpResponse:
    """Return a download of ``name`` and today's date; ``rows`` are read while it is sent.

    The rows are read in the scope that is active now, although the request's own scope is over
    when the server reads them.
    """
    writer = csv.writer(_Echo())
    lines = (writer.writerow([harmless(cell) for cell in row]) for row in chain([header], rows))
    return streamed_response(
        name=name,
        suffix="csv",
        content_type="text/csv; charset=utf-8",
        lines=chain(["\ufeff"], lines),
    )


def streamed_response(
    *, name: str, suffix: str, content_type: str, lines: Iterable[str]
) -> StreamingHttpResponse:
    """Return a download of ``name`` and today's date, whose ``lines`` are made while it is sent."""
    response = StreamingHttpResponse(_in_present_context(iter(lines)), content_type=content_type)
    today = timezone.localdate()
    response["Content-Disposition"] = f'attachment; filename="{name}-{today:%Y-%m-%d}.{suffix}"'
    return response


def _in_present_context(lines: Iterator[Any]) -> Iterator[str]:
    context = copy_context()

    def steps() -> Iterator[str]:
        while (line := context.run(next, lines, _EXHAUSTED)) is not _EXHAUSTED:
            yield str(line)

    return steps()
