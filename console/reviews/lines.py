"""The lines of a review as its page and its file show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access_reviews import words
from access_reviews.models import ReviewLine
from access_reviews.services.figures import names_of
from accounts.storable import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from access_reviews.models import AccessReview

WHICH: Final = "which"
CONTAINING: Final = "containing"
WORDS: Final[Mapping[str, StrOrPromise]] = {
    "": _("All"),
    "open": _("Not decided yet"),
    "keep": _("Keep"),
    "revoke": _("Revoke"),
    "suggested": _("Revoke suggested"),
    "revoked": _("Revoked"),
    "left": _("Left as they are"),
    "back": _("May come back"),
    "given": _("Given back"),
    "not-given": _("Not given back"),
}
_CONDITIONS: Final[Mapping[str, Q]] = {
    "": Q(),
    "open": Q(decision=""),
    "keep": Q(decision=ReviewLine.Decision.KEEP),
    "revoke": Q(decision=ReviewLine.Decision.REVOKE),
    "suggested": Q(suggestion=ReviewLine.Suggestion.REVOKE),
    "revoked": Q(outcome=ReviewLine.Outcome.REVOKED),
    "left": Q(outcome=ReviewLine.Outcome.LEFT),
    "back": Q(may_come_back=True),
    "given": Q(restored=ReviewLine.Restored.GIVEN),
    "not-given": Q(restored=ReviewLine.Restored.NOT),
}
QUESTIONS: Final = {WHICH: lambda value: value in WORDS, CONTAINING: is_storable}
"""What the addresses of the page and of the file may ask."""
CSV_HEADER: Final = (
    *("person", "kind", "holds", "why", "since", "suggestion", "reasons", "reviewer"),
    *("decision", "decided_by", "decided", "note", "result", "result_reason", "may_come_back"),
)


def lines_asked_for(request: HttpRequest, review: AccessReview) -> QuerySet[ReviewLine]:
    """Return the lines of a review that the address asks for."""
    lines = ReviewLine.objects.filter(_CONDITIONS[request.GET.get(WHICH, "")], review=review)
    text = request.GET.get(CONTAINING, "").strip()
    if text:
        lines = lines.filter(Q(person_name__icontains=text) | Q(thing__name__icontains=text))
    return lines.select_related("thing").order_by("pk")


def rows_of(review: AccessReview, lines: Sequence[ReviewLine]) -> list[dict[str, Any]]:
    """Return what the page shows of each line; people who are there are named as they are now."""
    people = {key for line in lines for key in (line.person, line.reviewer, line.decided_by)}
    names = names_of(people)
    return [_row(review, line, names) for line in lines]


def _row(review: AccessReview, line: ReviewLine, names: Mapping[UUID, str]) -> dict[str, Any]:
    kind, outcome, said = words.result(line)
    return {
        "line": line,
        "is_there": line.person in names,
        "person": names.get(line.person, line.person_name),
        "why": words.why(line),
        "mark": words.MARKS[ReviewLine.Suggestion(line.suggestion)],
        "reasons": words.reasons(line),
        "verdict": words.verdict(review, line),
        "by": _decider(line.decided_by, names) if line.decision else "",
        "reviewer": _decider(line.reviewer, names),
        "outcome_kind": kind,
        "outcome": outcome,
        "said": said,
    }


def csv_rows(review: AccessReview, lines: QuerySet[ReviewLine]) -> Iterator[list[Any]]:
    """Yield a row for each line, read a portion at a time."""
    deciders = lines.order_by().values_list("reviewer", "decided_by").distinct()
    names = names_of({key for pair in deciders for key in pair})
    for line in lines.iterator(chunk_size=1_000):
        _kind, outcome, said = words.result(line)
        yield [
            line.person_name,
            line.thing.kind,
            line.thing.name,
            words.why(line),
            line.since or "",
            line.get_suggestion_display(),
            words.reasons(line),
            _decider(line.reviewer, names),
            words.verdict(review, line),
            _decider(line.decided_by, names) if line.decision else "",
            line.decided or "",
            line.note,
            outcome,
            " ".join(said),
            line.may_come_back,
        ]


def _decider(key: UUID | None, names: Mapping[UUID, str]) -> str:
    if key is None:
        return str(_("Any system admin"))
    return names.get(key) or str(_("Somebody who is gone"))
