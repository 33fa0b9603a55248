"""The page on which a reviewer decides their lines; it needs no right but to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.cache import never_cache

from access_reviews import words
from access_reviews.errors import LineNotDecidedError, ReviewError
from access_reviews.forms import LineForm
from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.deciding import decide_lines, keep_as_suggested
from access_reviews.services.figures import Figures
from accounts.identifiers import read_number
from accounts.models import User
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.submissions import came_back
from accounts.requests.callers import name_caller
from accounts.signing_in.sign_in import scope_of
from accounts.tenancy.scoping import active_tenant_id
from accounts.trail import audit
from accounts.trail.refusals import record_refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

PER_PAGE: Final = 25
SHOW: Final = "show"
PAGE: Final = "p"
KEEP_SUGGESTED: Final = "keep-suggested"
FILTERS: Final[Mapping[str, Q]] = {
    "": Q(decision=""),
    "revoke": Q(decision="", suggestion=ReviewLine.Suggestion.REVOKE),
    "look": Q(decision="", suggestion=ReviewLine.Suggestion.LOOK),
    "keep": Q(decision="", suggestion=ReviewLine.Suggestion.KEEP),
    "decided": ~Q(decision=""),
}
"""Which lines the page shows, by what its address asks."""


@method_decorator([never_cache, login_required], name="dispatch")
class OwnLinesView(View):
    """Shows somebody the lines of one review that they decide, and takes their decisions."""

    def get(self, request: HttpRequest, review_id: UUID) -> HttpResponse:
        """Show a part of the lines, those that wait unless the address asks for others."""
        person = _person(request)
        with scope_of(person):
            return _page(request, _review(review_id, person), person)

    def post(self, request: HttpRequest, review_id: UUID) -> HttpResponse:
        """Save what was decided: all of it, or nothing with the reason."""
        person = _person(request)
        with scope_of(person), audit.acting_as(person.user_name):
            review = _review(review_id, person)
            if LOOK_AGAIN in request.POST:
                messages.warning(request, str(came_back()))
                return _page(request, review, person, _forms(request))
            forms = _forms(request)
            try:
                said = _saved(request, review, person, forms)
            except ReviewError as refusal:
                about = _about(refusal) or review
                record_refusal("review.decision_refused", about, reason=refusal)
                messages.error(request, str(refusal))
                review.refresh_from_db()
                return _page(request, review, person, forms)
            messages.success(request, said)
            asked = urlencode({SHOW: _shown(request)} if _shown(request) else {})
            address = reverse("account-review", args=[review.pk])
            return redirect(f"{address}?{asked}" if asked else address)


def _saved(
    request: HttpRequest, review: AccessReview, person: User, forms: Mapping[int, LineForm]
) -> str:
    """Save what was sent, and return what is said of it."""
    if KEEP_SUGGESTED in request.POST:
        number = keep_as_suggested(review_id=review.pk, by=person)
        text = ngettext("%(n)s line is kept.", "%(n)s lines are kept.", number)
        return text % {"n": number}
    for form in forms.values():
        if not form.is_valid():
            raise ReviewError(
                _("Nothing was saved: something is missing or too long. It is marked below.")
            )
    wishes = {key: form.wish for key, form in forms.items() if form.is_touched}
    number = decide_lines(review_id=review.pk, by=person, wishes=wishes)
    if not number:
        return _("Nothing was changed, so everything is as it was.")
    text = ngettext("%(n)s decision is saved.", "%(n)s decisions are saved.", number)
    return text % {"n": number}


def _about(refusal: ReviewError) -> User | None:
    """Return whom a refusal names: it is in their history, and goes when they are erased."""
    key = refusal.about if isinstance(refusal, LineNotDecidedError) else None
    if key is None:
        return None
    there = User.objects.filter(pk=key).first()
    return there or User(pk=key, tenant_id=active_tenant_id())


def _forms(request: HttpRequest) -> dict[int, LineForm]:
    """Return what was sent of each line, by its key; at most so many as a page shows."""
    keys = [read_number(value) for value in request.POST.getlist("line")[:PER_PAGE]]
    return {key: LineForm(request.POST, prefix=str(key)) for key in keys if key is not None}


def _page(
    request: HttpRequest,
    review: AccessReview,
    person: User,
    sent: Mapping[int, LineForm] | None = None,
) -> HttpResponse:
    mine = _own(review, person)
    shown = _shown(request)
    lines = mine.filter(FILTERS[shown]).select_related("thing").order_by("pk")
    if sent:
        lines = mine.filter(pk__in=list(sent)).select_related("thing").order_by("pk")
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get(PAGE, "1"))
    rows = list(page.object_list)
    here = User.objects.filter(pk__in=[line.person for line in rows])
    there = set(here.values_list("pk", flat=True))
    numbers = _numbers(mine)
    figures = Figures(numbers["lines"], numbers["kept"], numbers["revoked"])
    context: dict[str, Any] = {
        "review": review,
        "is_running": review.state == AccessReview.State.RUNNING,
        "figures": figures,
        "bar": words.bar(figures),
        "filters": [
            ("", _("To decide"), numbers["waiting"]),
            ("revoke", _("Revoke suggested"), numbers["revoke"]),
            ("look", _("Look suggested"), numbers["look"]),
            ("keep", _("Keep suggested"), numbers["keep"]),
            ("decided", _("Decided"), numbers["decided"]),
        ],
        "shown": shown,
        "page": page,
        "asked": urlencode({SHOW: shown}) if shown else "",
        "to_keep": numbers["keep"],
        "rows": [_row(line, (sent or {}).get(line.pk), there) for line in rows],
        "keep_suggested": KEEP_SUGGESTED,
    }
    return render(request, "access_reviews/own_lines.html", context)


def _row(line: ReviewLine, form: LineForm | None, there: set[UUID]) -> dict[str, Any]:
    sent = form.data if form is not None else {}
    return {
        "line": line,
        "why": words.why(line),
        "reasons": words.reasons(line),
        "mark": words.MARKS[ReviewLine.Suggestion(line.suggestion)],
        "is_there": line.person in there,
        "decision": sent.get(f"{line.pk}-decision", line.decision),
        "note": sent.get(f"{line.pk}-note", line.note),
        "errors": form.errors if form is not None else {},
    }


def _numbers(mine: QuerySet[ReviewLine]) -> dict[str, int]:
    counts = {
        "lines": Count("pk"),
        "kept": Count("pk", filter=Q(decision=ReviewLine.Decision.KEEP)),
        "revoked": Count("pk", filter=Q(decision=ReviewLine.Decision.REVOKE)),
        **{name or "waiting": Count("pk", filter=which) for name, which in FILTERS.items()},
    }
    return mine.aggregate(**counts)


def _own(review: AccessReview, person: User) -> QuerySet[ReviewLine]:
    """Return the lines of a review that somebody decides, or has decided before it ended."""
    mine = Q(reviewer=person.pk)
    if person.is_admin:
        mine |= Q(reviewer=None)
    return ReviewLine.objects.filter(mine, review=review).exclude(person=person.pk)


def _review(review_id: UUID, person: User) -> AccessReview:
    if person.is_operator:
        raise Http404
    review = AccessReview.objects.filter(pk=review_id).first()
    if review is None or not _own(review, person).exists():
        raise Http404(_("You decide nothing in this review."))
    return review


def _shown(request: HttpRequest) -> str:
    asked = request.GET.get(SHOW, "")
    return asked if asked in FILTERS else ""


def _person(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - nobody else is let in
    name_caller(request, user.tenant_id)
    return user
