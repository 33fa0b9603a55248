"""How an action on many rows went: one line for each, to be filtered and taken away as CSV.

Whoever did it is led to a page with an address of its own, which both sites mount; for others there
is no such page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ActionResult, User
from accounts.services.action_results import find_result, keep_result
from accounts.storable import is_storable
from console.base.csv_export import csv_response

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponseRedirect
    from django.http.response import HttpResponseBase

    from console.base.questions import Questions

OK: Final = "done"
REFUSED: Final = "refused"
LEFT: Final = "passed over"
OUTCOMES: Final = {
    OK: gettext_lazy("Done"),
    LEFT: gettext_lazy("Passed over"),
    REFUSED: gettext_lazy("Refused"),
}
KINDS: Final = {OK: "good", LEFT: "", REFUSED: "bad"}
SHOWN_LINES: Final = 200
ROUTE: Final = "results/<uuid:result_id>/"
NAME: Final = "result"
"""Where a site has the page, and what it calls it."""
QUESTIONS: Final[Questions] = {
    "outcome": lambda value: value in {"", *OUTCOMES},
    "containing": is_storable,
    "csv": lambda value: value == "1",
}
"""What the address of the page may ask."""


class Line(NamedTuple):
    """One row: its name, an outcome of :data:`OUTCOMES`, and why, if there is a reason."""

    name: str
    outcome: str
    reason: str

    @property
    def label(self) -> str:
        """The outcome in words."""
        return str(OUTCOMES[self.outcome])

    @property
    def kind(self) -> str:
        """The kind of badge that the outcome has."""
        return KINDS[self.outcome]


class Result(NamedTuple):
    """How an action went.

    Attributes:
        title: What the action is called.
        file_name: What the name of its CSV file begins with.
        about: The label of the model whose list it was done on, such as ``accounts.user``.
        lines: One for each row.
    """

    title: str
    file_name: str
    about: str
    lines: list[Line]


def keep(site: AdminSite, request: HttpRequest, result: Result, key: UUID) -> HttpResponseRedirect:
    """Keep ``result`` for whoever asked; lead them to its page, which leads back to this one.

    Where nothing was done, the page shows what was refused first.
    """
    row = ActionResult(
        about=result.about,
        title=result.title,
        file_name=result.file_name,
        back=request.get_full_path(),
        lines=[list(line) for line in result.lines],
    )
    keep_result(key=key, maker=_person(request), result=row)
    outcomes = {line.outcome for line in result.lines}
    shown = f"?outcome={REFUSED}" if REFUSED in outcomes and OK not in outcomes else ""
    return redirect(f"{_address(site, key)}{shown}")


def address_of(site: AdminSite, request: HttpRequest, key: UUID) -> str:
    """Return where the result ``key`` of whoever asks is shown; empty if there is none."""
    found = find_result(key=key, maker=_person(request))
    return "" if found is None else _address(site, key)


def result_page(site: AdminSite, request: HttpRequest, result_id: UUID) -> HttpResponseBase:
    """Return the page, filtered as the address asks, or the lines that it shows as CSV.

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
    everything = [Line(*line) for line in result.lines]
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
        "counts": [
            (outcome, label, sum(line.outcome == outcome for line in everything))
            for outcome, label in OUTCOMES.items()
        ],
        "lines": lines[:SHOWN_LINES],
        "matching": len(lines),
        "more": max(len(lines) - SHOWN_LINES, 0),
        "wanted": wanted,
        "containing": words,
        "back": result.back,
    }
    request.current_app = site.name
    return TemplateResponse(request, "console/base/many_result.html", context)


def _address(site: AdminSite, key: UUID) -> str:
    return reverse(f"{site.name}:{NAME}", args=[key])


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the sites let nobody else in
    return request.user
