"""One access review: how far it is, its lines, and what can be done about it; also as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from access_reviews import words
from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.ending import (
    begin_undoing,
    cancel_review,
    end_review,
    is_undoable,
)
from access_reviews.services.figures import (
    OPEN_STATES,
    Figures,
    figures_by_reviewer,
    figures_of,
    lines_of,
    names_of,
)
from accounts.errors import AccountError
from accounts.jobs.retrying import retry_job
from accounts.models import User
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.shown import Page, seal
from accounts.posted_forms.submissions import SEEN_OTHERWISE, came_back, is_as_seen
from accounts.trail.refusals import record_refusal
from console.base.csv_export import csv_response
from console.base.pages import ConsolePage, register_page
from console.base.questions import is_page
from console.reviews.lines import (
    CONTAINING,
    CSV_HEADER,
    QUESTIONS,
    WHICH,
    WORDS,
    csv_rows,
    lines_asked_for,
    rows_of,
)
from console.reviews.progress import job_of, progress_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpRequest, StreamingHttpResponse
    from django.http.response import HttpResponseBase

PAGE: Final = "p"
PART: Final = "progress"
_PER_PAGE: Final = 50
_DONE: Final = {
    "end": gettext_lazy("The review has ended. What was decided is being carried out."),
    "cancel": gettext_lazy("The review is cancelled. Nothing was changed."),
    "undo": gettext_lazy("What the review took is being given back."),
    "go-on": gettext_lazy("It is tried again."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def review_page(request: HttpRequest, review_id: UUID) -> HttpResponseBase:
    """Show a review; end, cancel or undo it when a button is pressed."""
    review = _review(review_id)
    if request.method == "POST":
        return _decided(request, review)
    here = reverse("console:access-review", args=[review.pk])
    progress = progress_of(review)
    request.current_app = admin.site.name
    if "part" in request.GET:
        part = {"progress": progress or {"state": "over"}, "over_url": here}
        return TemplateResponse(request, "console/reviews/progress.html", part)
    page = Paginator(lines_asked_for(request, review), _PER_PAGE).get_page(
        request.GET.get(PAGE, "1")
    )
    figures = figures_of([review])[review.pk]
    by_reviewer = figures_by_reviewer(review)
    names = names_of([*by_reviewer, review.starter])
    asked = {name: request.GET.get(name, "") for name in (WHICH, CONTAINING)}
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": review.name,
        "review": review,
        "things": list(review.things.all()),
        "starter": names.get(review.starter, ""),
        "badge": words.BADGES[AccessReview.State(review.state)],
        "is_open": review.state in OPEN_STATES,
        "is_running": review.state == AccessReview.State.RUNNING,
        "is_undoable": is_undoable(review),
        "version": seal(_as_it_is(review), _about(review)),
        "progress": progress,
        "over_url": here,
        "own": _own(request, review),
        "figures": figures,
        "bar": words.bar(figures),
        "tiles": _tiles(review, figures),
        "reviewers": _reviewers(by_reviewer, names),
        "rows": rows_of(review, list(page.object_list)),
        "page": page,
        "choices": WORDS.items(),
        "which": asked[WHICH],
        "containing": asked[CONTAINING],
        "asked": urlencode(asked),
    }
    return TemplateResponse(request, "console/reviews/review.html", context)


@require_safe
def review_csv(request: HttpRequest, review_id: UUID) -> StreamingHttpResponse:
    """Return the lines that the page shows, all of them, as CSV."""
    review = _review(review_id)
    rows = csv_rows(review, lines_asked_for(request, review))
    return csv_response(name="access-review", header=CSV_HEADER, rows=rows)


def _decided(request: HttpRequest, review: AccessReview) -> HttpResponseBase:
    """Do what the pressed button says, if the page that it stood on is as it was."""
    here = redirect("console:access-review", review.pk)
    pressed = next((name for name in _DONE if name in request.POST), None)
    if LOOK_AGAIN in request.POST:
        messages.warning(request, str(came_back()))
        return here
    if pressed is None or not is_as_seen(_about(review), request.POST, _as_it_is(review)):
        messages.error(request, str(SEEN_OTHERWISE))
        return here
    try:
        _do(request, review, pressed)
    except AccountError as refusal:
        record_refusal("review.refused", review, reason=refusal)
        messages.error(request, str(refusal))
        return here
    messages.success(request, _DONE[pressed])
    return here


def _do(request: HttpRequest, review: AccessReview, pressed: str) -> None:
    if pressed == "end":
        end_review(review_id=review.pk)
    elif pressed == "cancel":
        cancel_review(review_id=review.pk)
    elif pressed == "undo":
        assert isinstance(request.user, User)  # noqa: S101 - the site lets nobody else in
        begin_undoing(review_id=review.pk, by=request.user)
    elif (job := job_of(review)) is not None:
        retry_job(job=job)


def _review(review_id: UUID) -> AccessReview:
    review = AccessReview.objects.filter(pk=review_id).first()
    if review is None:
        raise Http404(_("There is no such review."))
    return review


def _own(request: HttpRequest, review: AccessReview) -> int:
    """Return how many lines wait for the decision of who looks."""
    assert isinstance(request.user, User)  # noqa: S101 - the site lets nobody else in
    return lines_of(request.user).filter(review=review, decision="").count()


def _as_it_is(review: AccessReview) -> Page:
    return Page({}, facts={"state": review.state, "job": str(review.job)})


def _about(review: AccessReview) -> str:
    return f"review:{review.pk}"


def _tiles(review: AccessReview, figures: Figures) -> list[dict[str, Any]]:
    tiles = [
        {"kind": "off", "label": _("Lines"), "figure": figures.lines},
        {"kind": "good", "label": _("Keep"), "figure": figures.keep},
        {"kind": "bad", "label": _("Revoke"), "figure": figures.revoke},
        {"kind": "warn", "label": _("Not decided"), "figure": figures.open},
    ]
    if review.ended and review.state != AccessReview.State.CANCELLED:
        rows = ReviewLine.objects.filter(review=review)
        revoked = rows.filter(outcome=ReviewLine.Outcome.REVOKED).count()
        tiles.append({"kind": "bad", "label": _("Revoked"), "figure": revoked})
    return tiles


def _reviewers(
    found: Mapping[UUID | None, Figures], names: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    rows = [
        {
            "name": _("Any system admin") if key is None else names.get(key, ""),
            "figures": figures,
        }
        for key, figures in found.items()
    ]
    return sorted(rows, key=lambda row: (-row["figures"].open, str(row["name"])))


register_page(
    ConsolePage(
        name="access-review",
        route="reviews/<uuid:review_id>/",
        view=review_page,
        access="access-reviews",
        questions={**QUESTIONS, PAGE: is_page, "part": lambda value: value == PART},
    )
)
register_page(
    ConsolePage(
        name="access-review-csv",
        route="reviews/<uuid:review_id>/csv/",
        view=review_csv,
        access="access-reviews",
        questions={**QUESTIONS},
    )
)
