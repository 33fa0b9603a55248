"""How an action on many rows goes and went: one line for each, to be filtered and taken as CSV.

Whoever wanted it is led to a page with an address of its own, which both sites mount; for others
there is no such page.  They may leave it, stop the action, and let it go on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import ActionLine, ActionResult, User
from accounts.services.action_results import (
    NotStoppedError,
    begin_action,
    find_result,
    go_on_with_action,
    stop_action,
)
from accounts.storable import is_storable
from console.base.csv_export import csv_response
from console.base.doing import kind_of_job
from console.base.many_progress import progress_of
from console.base.of_person import pages_of_people

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponseRedirect
    from django.http.response import HttpResponseBase

    from console.base.questions import Questions

_Outcome = ActionLine.Outcome
KINDS: Final = {_Outcome.DONE: "good", _Outcome.PASSED_OVER: "", _Outcome.REFUSED: "bad"}
SHOWN_LINES: Final = 200
ROUTE: Final = "results/<uuid:result_id>/"
NAME: Final = "result"
"""Where a site has the page, and what it calls it."""
PART: Final = "progress"
QUESTIONS: Final[Questions] = {
    "outcome": lambda value: value in {"", *_Outcome.values},
    "containing": is_storable,
    "csv": lambda value: value == "1",
    "part": lambda value: value == PART,
}
"""What the address of the page may ask."""


class Line(NamedTuple):
    """One row: its name, what became of it, and why; its key, and the page of the person."""

    name: str
    outcome: str
    reason: str
    row: str
    page: str = ""

    @property
    def label(self) -> str:
        """The outcome in words."""
        return str(_Outcome(self.outcome).label)

    @property
    def kind(self) -> str:
        """The kind of badge that the outcome has."""
        return KINDS[_Outcome(self.outcome)]


class Wanted(NamedTuple):
    """What is to be done.

    Attributes:
        title: What the action is called.
        about: The label of the model on whose list it is done, such as ``accounts.user``.
        action: The :class:`~console.base.doing.Work` that does it, an attribute of that list.
        file_name: What the name of its CSV file begins with.
        lines: One for each row; those that are not to be tried have their outcome.
    """

    title: str
    about: str
    action: str
    file_name: str
    lines: Sequence[ActionLine]


def begin(site: AdminSite, request: HttpRequest, wanted: Wanted, key: UUID) -> HttpResponseRedirect:
    """Let a job do what is wanted; lead whoever asked to its page, which leads back to this one."""
    row = ActionResult(
        site=site.name,
        about=wanted.about,
        action=wanted.action,
        title=wanted.title,
        file_name=wanted.file_name,
        back=request.get_full_path(),
    )
    kind = kind_of_job(site.name, wanted.about, wanted.action)
    begin_action(key=key, maker=_person(request), result=row, lines=wanted.lines, kind=kind)
    return redirect(address_of(site, request, key))


def address_of(site: AdminSite, request: HttpRequest, key: UUID) -> str:
    """Return where the result ``key`` of whoever asks is shown; empty if there is none.

    Where nothing was done, the page shows what was refused first.
    """
    found = find_result(key=key, maker=_person(request))
    if found is None:
        return ""
    address = reverse(f"{site.name}:{NAME}", args=[key])
    outcomes = set(found.lines.order_by().values_list("outcome", flat=True).distinct())
    shows_refused = _Outcome.REFUSED in outcomes and not outcomes & {_Outcome.DONE, ""}
    return f"{address}?outcome={_Outcome.REFUSED}" if shows_refused else address


def result_page(site: AdminSite, request: HttpRequest, result_id: UUID) -> HttpResponseBase:
    """Return the page, filtered as the address asks; or the lines as CSV; or how far it is.

    Raises:
        Http404: Whoever asks did nothing of which this is the result, or it is kept no longer.
        PermissionDenied: They may not see the list any more on which it was done.
    """
    result = find_result(key=result_id, maker=_person(request))
    if result is None:
        raise Http404
    model_admin = site.get_model_admin(apps.get_model(result.about))
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    if request.method == "POST":
        return _decided(site, request, result)
    request.current_app = site.name
    if "part" in request.GET:
        context = {
            "progress": progress_of(result),
            "over_url": address_of(site, request, result.pk),
        }
        return TemplateResponse(request, "components/job.html", context)
    everything = [
        Line(*values)
        for values in result.lines.exclude(outcome="")
        .order_by("number")
        .values_list("name", "outcome", "reason", "row")
    ]
    wanted = request.GET.get("outcome", "")
    words = request.GET.get("containing", "").strip()
    lines = [
        line
        for line in everything
        if wanted in {"", line.outcome}
        and (not words or words.casefold() in f"{line.name} {line.reason}".casefold())
    ]
    if "csv" in request.GET:
        rows = ([line.name, line.label, line.reason] for line in lines)
        header = [_("Who or what"), _("Outcome"), _("Reason")]
        return csv_response(name=result.file_name, header=header, rows=rows)
    context = {
        **site.each_context(request),
        "title": result.title,
        "opts": model_admin.opts,
        "progress": progress_of(result),
        "over_url": address_of(site, request, result.pk),
        "counts": [
            (outcome, label, sum(line.outcome == outcome for line in everything))
            for outcome, label in _Outcome.choices
        ],
        "lines": _linked(request, model_admin, lines[:SHOWN_LINES]),
        "matching": len(lines),
        "more": max(len(lines) - SHOWN_LINES, 0),
        "wanted": wanted,
        "containing": words,
        "back": result.back,
    }
    return TemplateResponse(request, "console/base/many_result.html", context)


def _linked(request: HttpRequest, model_admin: Any, lines: Sequence[Line]) -> list[Line]:
    """Return ``lines``, each with the page of the person whom it is about."""
    people = model_admin.people_of_rows({line.row for line in lines if line.row})
    pages = pages_of_people(request, people.values())
    return [line._replace(page=pages.get(people.get(line.row, ""), "")) for line in lines]


def _decided(site: AdminSite, request: HttpRequest, result: ActionResult) -> HttpResponseRedirect:
    """Stop the action or let it go on, as the pressed button says; too late, nothing happens."""
    if "go-on" in request.POST:
        with suppress(NotStoppedError):
            kind = kind_of_job(result.site, result.about, result.action)
            go_on_with_action(result=result, kind=kind)
    else:
        stop_action(result=result)
    return redirect(address_of(site, request, result.pk))


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the sites let nobody else in
    return request.user
