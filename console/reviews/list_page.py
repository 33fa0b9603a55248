"""*Access reviews*: all of them, the newest first, and how far each is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from access_reviews import words
from access_reviews.models import AccessReview
from access_reviews.services.figures import figures_of, lines_of, names_of, reviews_to_decide
from accounts.models import User
from console.base.pages import ConsolePage, register_page
from console.base.questions import is_page
from console.base.waiting import count_beside

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

NAME: Final = "access-reviews"
PAGE: Final = "p"
_PER_PAGE: Final = 25


@require_safe
def reviews_page(request: HttpRequest) -> HttpResponse:
    """Show the reviews of the company."""
    page = Paginator(AccessReview.objects.all(), _PER_PAGE).get_page(request.GET.get(PAGE, "1"))
    reviews = list(page.object_list)
    figures = figures_of(reviews)
    names = names_of([each.starter for each in reviews])
    own = _own(request, reviews)
    context = {
        **admin.site.each_context(request),
        "title": _("Access reviews"),
        "page": page,
        "asked": "",
        "running": sum(each.state == AccessReview.State.RUNNING for each in reviews),
        "rows": [
            {
                "review": each,
                "figures": figures[each.pk],
                "own": own.get(each.pk, 0),
                "badge": words.BADGES[AccessReview.State(each.state)],
                "starter": names.get(each.starter, ""),
            }
            for each in reviews
        ],
    }
    request.current_app = admin.site.name
    return render(request, "console/reviews/list.html", context)


def _own(request: HttpRequest, reviews: list[AccessReview]) -> dict[UUID, int]:
    """Return of these reviews how many lines wait for the decision of who looks."""
    assert isinstance(request.user, User)  # noqa: S101 - the site let them in
    lines = lines_of(request.user).filter(review__in=reviews, decision="").order_by()
    return dict(lines.values_list("review").annotate(Count("pk")))


def _waiting(request: HttpRequest) -> QuerySet[AccessReview]:
    assert isinstance(request.user, User)  # noqa: S101 - the site let them in
    return reviews_to_decide(request.user)


register_page(
    ConsolePage(
        name=NAME,
        route="reviews/",
        view=reviews_page,
        label=gettext_lazy("Access reviews"),
        questions={PAGE: is_page},
    )
)
count_beside(NAME, _waiting)
