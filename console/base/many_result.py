"""How an action on many rows goes and went: one line for each, to be filtered and taken as CSV.

Whoever wanted it is led to a page with an address of its own, which both sites mount; who may do
the same sees it, too, and for others there is no such page.  They may leave it, stop the action,
let it go on, and undo it (:mod:`console.base.undo_page`).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Max, Q
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.identifiers import read_number
from accounts.models import ActionLine, ActionResult, User
from accounts.services.action_results import (
    NotStoppedError,
    go_on_with_action,
    kept_results,
    stop_action,
)
from accounts.storable import is_storable
from accounts.trail import audit
from console.base.again import Pages, all_once_more, steps_of
from console.base.became import sentence_of
from console.base.begun import person_of, shown_at
from console.base.csv_export import csv_response
from console.base.doing import is_allowed, kind_of_job, list_of, work_of
from console.base.followed import elsewhere, figures_of
from console.base.many_progress import in_time, progress_of
from console.base.of_person import pages_of_people
from console.base.undone import undoing_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.contrib.admin import AdminSite
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponseRedirect
    from django.http.response import HttpResponseBase

    from console.base.again import Step
    from console.base.followed import Told
    from console.base.many_progress import Progress
    from console.base.questions import Questions

_Outcome = ActionLine.Outcome
KINDS: Final = {_Outcome.DONE: "good", _Outcome.PASSED_OVER: "", _Outcome.REFUSED: "bad"}
SHOWN_LINES: Final = 200
LATEST: Final = 10
"""Lines of an action that is under way: those that were done last."""
PART: Final = "progress"
AFTER: Final = "after"
_PORTION: Final = 2_000


def is_line(value: str) -> bool:
    """Whether ``value`` can be the number of a line."""
    number = read_number(value)
    return number is not None and number < 1 << 31


QUESTIONS: Final[Questions] = {
    "outcome": lambda value: value in {"", *_Outcome.values},
    "containing": is_storable,
    AFTER: is_line,
    "csv": lambda value: value == "1",
    "part": lambda value: value == PART,
}
"""What the address of the page may ask."""


class Line(NamedTuple):
    """One row: its name, what became of it, why and when; the page of the person; what to do."""

    name: str
    outcome: str
    reason: str
    ended: datetime | None
    page: str = ""
    step: Step | None = None

    @property
    def label(self) -> str:
        """The outcome in words."""
        return str(_Outcome(self.outcome).label)

    @property
    def kind(self) -> str:
        """The kind of badge that the outcome has."""
        return KINDS[_Outcome(self.outcome)]


def result_for(site: AdminSite, request: HttpRequest, result_id: UUID) -> ActionResult:
    """Return the result for whoever made it, and for whoever may do the same.

    Raises:
        Http404: There is none for them, or it is kept no longer.
        PermissionDenied: They made it, and may not see the list any more on which it was done.
    """
    result = kept_results().filter(pk=result_id, site=site.name).first()
    if result is None:
        raise Http404
    if result.maker != person_of(request).pk:
        if not is_allowed(result, request):
            raise Http404
    elif not list_of(result).has_view_permission(request):
        raise PermissionDenied
    return result


def result_page(site: AdminSite, request: HttpRequest, result_id: UUID) -> HttpResponseBase:
    """Return the page, filtered as the address asks; or the lines as CSV; or how far it is.

    Raises:
        Http404: There is no such result for whoever asks, or it is kept no longer.
        PermissionDenied: They may not see the list any more on which it was done.
    """
    result = result_for(site, request, result_id)
    if request.method == "POST":
        return _decided(site, request, result)
    request.current_app = site.name
    progress = progress_of(result)
    if "part" in request.GET:
        context = {"progress": progress, "over_url": shown_at(site, result)}
        return TemplateResponse(request, "components/job.html", context)
    wanted = request.GET.get("outcome", "")
    words = request.GET.get("containing", "").strip()
    asked_for = _asked_for(result, wanted, words)
    if "csv" in request.GET:
        return _as_csv(result, asked_for)
    shown, more = _page_of(request, asked_for, progress)
    known = _known(request, result, shown)
    steps = {} if progress.is_live else steps_of(request, result, shown, known)
    context = {
        **site.each_context(request),
        "title": sentence_of(result, progress),
        "opts": list_of(result).opts,
        "result": result,
        "maker": User.objects.filter(pk=result.maker).first(),
        "took": _took(result) if progress.is_over else "",
        "progress": progress,
        "over_url": shown_at(site, result),
        "tabs": _tabs(progress, wanted, words),
        "lines": _linked(shown, known, steps),
        "has_steps": bool(steps),
        "all_once_more": all_once_more(result, shown, steps),
        "figures": [] if progress.is_live else _figures(request, result),
        "more": more,
        "after": shown[-1].number if shown else 0,
        "is_first": AFTER not in request.GET,
        "wanted": wanted,
        "containing": words,
        "back": result.back,
        "undoing": undoing_of(site, request, result, progress),
    }
    return TemplateResponse(request, "console/base/many_result.html", context)


def _asked_for(result: ActionResult, outcome: str, words: str) -> QuerySet[ActionLine]:
    lines = result.lines.exclude(outcome="").order_by("number")
    if outcome:
        lines = lines.filter(outcome=outcome)
    if words:
        lines = lines.filter(Q(name__icontains=words) | Q(reason__icontains=words))
    return lines


def _page_of(
    request: HttpRequest, lines: QuerySet[ActionLine], progress: Progress
) -> tuple[list[ActionLine], bool]:
    """Return the lines that are shown, and whether there are more behind them."""
    if progress.is_live:
        return list(lines.exclude(ended=None).order_by("-number")[:LATEST]), False
    behind = read_number(request.GET.get(AFTER, "")) or 0
    found = list(lines.filter(number__gt=behind)[: SHOWN_LINES + 1])
    return found[:SHOWN_LINES], len(found) > SHOWN_LINES


def _as_csv(result: ActionResult, lines: QuerySet[ActionLine]) -> HttpResponseBase:
    """Return the lines as a file, which the trail says was taken away."""
    audit.record("action.exported", result)
    header = [_("Who or what"), _("Outcome"), _("Reason"), _("Time")]
    rows = (
        [line.name, _Outcome(line.outcome).label, line.reason, line.ended]
        for line in lines.iterator(chunk_size=_PORTION)
    )
    return csv_response(name=result.file_name, header=header, rows=rows)


def _tabs(progress: Progress, wanted: str, words: str) -> Iterator[dict[str, Any]]:
    """Yield a tab for each outcome, and one for all."""
    tabs = [("", _("All"), progress.done), *progress.counted]
    for outcome, label, count in tabs:
        asked = {"outcome": outcome, "containing": words}
        address = urlencode({name: value for name, value in asked.items() if value})
        yield {
            "label": label,
            "count": count,
            "url": f"?{address}",
            "is_current": outcome == wanted,
        }


def _took(result: ActionResult) -> str:
    """Return how long it took, from the button to the last line, in words."""
    last = result.lines.aggregate(last=Max("ended"))["last"]
    return "" if last is None else in_time(round((last - result.created).total_seconds()))


def _figures(request: HttpRequest, result: ActionResult) -> list[Told]:
    """Return what followed from an action, here and in other rooms."""
    counted = figures_of(result, work_of(result).follows)
    return [*counted, *(told for tell in elsewhere for told in tell(request, result))]


def _known(request: HttpRequest, result: ActionResult, lines: Sequence[ActionLine]) -> Pages:
    people = list_of(result).people_of_rows({line.row for line in lines if line.row})
    return Pages(people, pages_of_people(request, people.values()))


def _linked(lines: Sequence[ActionLine], known: Pages, steps: Mapping[int, Step]) -> list[Line]:
    """Return ``lines``, each with the page of the person whom it is about."""
    return [
        Line(
            name=line.name,
            outcome=line.outcome,
            reason=line.reason,
            ended=line.ended,
            page=known.pages.get(known.people.get(line.row, ""), ""),
            step=steps.get(line.pk),
        )
        for line in lines
    ]


def _decided(site: AdminSite, request: HttpRequest, result: ActionResult) -> HttpResponseRedirect:
    """Stop the action or let it go on, as the pressed button says; too late, nothing happens."""
    if "go-on" in request.POST:
        with suppress(NotStoppedError):
            go_on_with_action(result=result, kind=kind_of_job(result), wanted_by=person_of(request))
    else:
        stop_action(result=result)
    return redirect(shown_at(site, result))
