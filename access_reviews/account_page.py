"""The lines that somebody decides, on their account page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.dispatch import receiver

from access_reviews.models import AccessReview
from access_reviews.services.figures import lines_of
from accounts.account_page import Section
from accounts.signals import account_page_shown

if TYPE_CHECKING:
    from accounts.models import User


@receiver(account_page_shown)
def show_reviews(sender: Any, user: User, **kwargs: Any) -> Section | None:
    """Name the running reviews in which ``user`` decides lines; nothing without any."""
    counted = {
        key: (lines, waiting)
        for key, lines, waiting in lines_of(user)
        .order_by()
        .values_list("review")
        .annotate(lines=Count("pk"), waiting=Count("pk", filter=Q(decision="")))
    }
    if not counted:
        return None
    reviews = AccessReview.objects.filter(pk__in=counted).order_by("due", "created")
    return Section(
        template="access_reviews/account_section.html",
        context={
            "reviews": [(each, *counted[each.pk]) for each in reviews],
            "waiting": sum(waiting for _lines, waiting in counted.values()),
        },
        leads=any(waiting for _lines, waiting in counted.values()),
    )
