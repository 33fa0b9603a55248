"""The log as a file: what the page shows with its search and filters, as CSV or JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.base.access import Access
from console.base.csv_export import csv_response, streamed_response
from console.base.pages import ConsolePage, register_page
from console.one_log.asked import FILTERS
from console.one_log.kinds import streams_for
from console.one_log.page import judged
from console.one_log.paging import look_up, newest, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, StreamingHttpResponse

    from console.one_log.asked import Asked
    from console.one_log.entries import Entry

MOST: Final = 50_000
"""Entries of one file."""
_AT_ONCE: Final = 500
_NAME: Final = "log"
HEADER: Final = (
    *("time", "kind", "outcome", "what happened", "reason", "what to do", "facts", "changes"),
    *("reference", "log", "key"),
)


@require_safe
def log_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Return what the page shows as CSV, a portion at a time, up to a limit that it tells."""
    return csv_response(name=_NAME, header=HEADER, rows=_rows(request, judged(request)))


@require_safe
def log_json(request: HttpRequest) -> StreamingHttpResponse:
    """Return the same as one JSON document."""
    return streamed_response(
        name=_NAME,
        suffix="json",
        content_type="application/json",
        lines=_document(request, judged(request)),
    )


def _rows(request: HttpRequest, asked: Asked) -> Iterator[list[str]]:
    for entry in _entries(request, asked):
        yield [_cell(value) for value in _values(entry).values()] if entry else [_cut()]


def _document(request: HttpRequest, asked: Asked) -> Iterator[str]:
    yield '{"entries": ['
    before, is_cut = "\n", False
    for entry in _entries(request, asked):
        if entry is None:
            is_cut = True
        else:
            yield before + json.dumps(_values(entry), ensure_ascii=False)
            before = ",\n"
    yield f'\n], "is_cut": {json.dumps(is_cut)}, "note": {json.dumps(_cut() if is_cut else "")}}}\n'


def _entries(request: HttpRequest, asked: Asked) -> Iterator[Entry | None]:
    """Yield entry after entry; nothing at the end where there are more than a file holds."""
    sought = look_up(asked)
    streams = streams_for(request, Access.EXPORT)
    for _portion in range(MOST // _AT_ONCE):
        page = newest(request, asked, sought, streams, most=_AT_ONCE)
        yield from told(request, page.cursors)
        if not page.has_older:
            return
        asked = replace(asked, before=page.cursors[-1])
    yield None


def _values(entry: Entry) -> dict[str, Any]:
    return dict(
        zip(
            HEADER,
            (
                entry.at.isoformat(timespec="milliseconds"),
                entry.kind,
                str(entry.outcome.label),
                entry.sentence,
                entry.reason,
                entry.remedy,
                {fact.label: fact.text for fact in entry.facts},
                [_change(each) for each in entry.changes],
                entry.reference,
                entry.stream,
                entry.key,
            ),
            strict=True,
        )
    )


def _change(change: Any) -> dict[str, str]:
    is_told = isinstance(change, dict)
    names = ("label", "before", "after")
    return {name: str(change[name] if is_told else getattr(change, name)) for name in names}


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{label}: {text}" for label, text in value.items())
    if isinstance(value, list):
        return " · ".join(f"{each['label']}: {each['before']} → {each['after']}" for each in value)
    return str(value)


def _cut() -> str:
    text = _("There are more than %(most)s entries. Choose a shorter time to see the others.")
    return text % {"most": MOST}


for name, view in (("log-csv", log_csv), ("log-json", log_json)):
    register_page(
        ConsolePage(
            name=name,
            route=f"log/{name.removeprefix('log-')}/",
            view=view,
            access="log",
            questions=FILTERS,
        )
    )
