"""How an action on many rows went: one line for each, to be filtered and taken away as CSV.

The page carries its lines itself, signed for the person who did it, so that they are kept nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core import signing
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.console.csv_export import csv_response
from accounts.console.questions import malformed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

OK: Final = "done"
REFUSED: Final = "refused"
LEFT: Final = "passed over"
OUTCOMES: Final = {
    OK: gettext_lazy("Done"),
    LEFT: gettext_lazy("Passed over"),
    REFUSED: gettext_lazy("Refused"),
}
KINDS: Final = {OK: "good", LEFT: "", REFUSED: "bad"}
RESULT: Final = "result"
"""The field in which a page of results carries its lines."""
SHOWN_LINES: Final = 200
_SALT: Final = "accounts.console.many_result"


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
    """How an action went: what it is called, the name of its file, and its lines."""

    title: str
    name: str
    lines: list[Line]


def result_page(model_admin: Any, request: HttpRequest, result: Result) -> HttpResponseBase:
    """Return the page, filtered as ``request`` asks, or the lines that it shows as CSV."""
    wanted = request.POST.get("outcome", "")
    words = request.POST.get("containing", "").strip()
    lines = [
        line
        for line in result.lines
        if wanted in {"", line.outcome}
        and (not words or words.casefold() in f"{line.name} {line.reason}".casefold())
    ]
    if "download" in request.POST:
        rows = ([line.name, line.label, line.reason] for line in lines)
        header = [_("Who or what"), _("Outcome"), _("Reason")]
        return csv_response(name=result.name, header=header, rows=rows)
    counts = [
        (outcome, label, sum(line.outcome == outcome for line in result.lines))
        for outcome, label in OUTCOMES.items()
    ]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": result.title.rstrip("…"),
        "opts": model_admin.opts,
        "counts": counts,
        "lines": lines[:SHOWN_LINES],
        "matching": len(lines),
        "more": max(len(lines) - SHOWN_LINES, 0),
        "wanted": wanted,
        "containing": words,
        "result_name": RESULT,
        "sealed": sealed_result(request, result),
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "admin/many_result.html", context)


def sealed_result(request: HttpRequest, result: Result) -> str:
    """Return ``result`` as a form carries it in the field :data:`RESULT`, for this person only."""
    return signing.dumps([str(request.user.pk), *result], salt=_SALT, compress=True)


def result_of(request: HttpRequest) -> Result:
    """Return the result whose page ``request`` comes from.

    Raises:
        UndeclaredQuestionError: It is none that this person got from us.
    """
    try:
        by, title, name, lines = signing.loads(request.POST[RESULT], salt=_SALT)
    except (signing.BadSignature, ValueError):
        raise malformed(RESULT) from None
    if by != str(request.user.pk):
        raise malformed(RESULT)
    return Result(title, name, [Line(*line) for line in lines])
