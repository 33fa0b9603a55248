"""*Start a review*: what it would ask of whom is shown before it is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from access_reviews.errors import ReviewNotStartedError
from access_reviews.services.figures import names_of
from access_reviews.services.starting import Ahead, look_ahead, start_review
from accounts.models import User
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.previews import SEEN, read_preview, seal_preview
from accounts.posted_forms.submissions import came_back
from console.base.pages import ConsolePage, register_page
from console.reviews.start_form import StartForm

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from access_reviews.services.starting import Plan

START: Final = "start"
_PAGE: Final = "access-review"


@require_http_methods(["GET", "HEAD", "POST"])
def start_page(request: HttpRequest) -> HttpResponseBase:
    """Ask what to review; show what that would be; start it once that was seen."""
    starter = request.user
    assert isinstance(starter, User)  # noqa: S101 - the site lets nobody else in
    if request.method != "POST":
        return _page(request, StartForm())
    form = StartForm(request.POST)
    if LOOK_AGAIN in request.POST:
        messages.warning(request, str(came_back()))
    if not form.is_valid():
        return _page(request, form)
    plan = form.plan(starter)
    try:
        ahead = look_ahead(plan)
        if START in request.POST and LOOK_AGAIN not in request.POST:
            key = _key_of_seen(request, plan)
            if key is not None:
                review = start_review(key=key, plan=plan)
                messages.success(request, _("The review is started. Its lines are being made."))
                return redirect("console:access-review", review.pk)
            messages.warning(
                request, _("Nothing was started yet: this is other than you saw. Look again.")
            )
    except ReviewNotStartedError as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form)
    return _page(request, form, plan, ahead)


def _page(
    request: HttpRequest, form: StartForm, plan: Plan | None = None, ahead: Ahead | None = None
) -> TemplateResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Start an access review"),
        "form": form,
        "ahead": ahead,
    }
    if plan is not None and ahead is not None:
        names = names_of(list(ahead.shares))
        context |= {
            "plan": plan,
            "seen": _sealed(plan),
            "shares": [
                (names.get(key, "") if key else _("Any system admin"), number)
                for key, number in ahead.shares.most_common()
            ],
        }
    request.current_app = admin.site.name
    return TemplateResponse(request, "console/reviews/start.html", context)


def _sealed(plan: Plan) -> str:
    """Return what the page shows, with the key that the review will have."""
    return seal_preview(_about(plan), page=_PAGE)


def _key_of_seen(request: HttpRequest, plan: Plan) -> UUID | None:
    """Return the key of the review, if the page showed what is wanted now."""
    key, shown = read_preview(request.POST.get(SEEN, ""), page=_PAGE)
    return key if shown == _about(plan) else None


def _about(plan: Plan) -> list[Any]:
    return [
        str(plan.starter.pk),
        plan.name,
        [[each.kind, each.key] for each in plan.things],
        [str(each) for each in plan.reviewers],
        plan.due.isoformat(),
        str(plan.undecided),
    ]


register_page(
    ConsolePage(
        name="access-review-new",
        route="reviews/new/",
        view=start_page,
        access="access-reviews",
        found_as=gettext_lazy("Start an access review"),
    )
)
