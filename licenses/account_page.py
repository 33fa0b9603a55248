"""A person's licences on their account page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from accounts.account_page import Section
from accounts.signals import account_page_shown
from licenses.models import Seat

if TYPE_CHECKING:
    from accounts.models import User


@receiver(account_page_shown)
def show_licenses(sender: Any, user: User, **kwargs: Any) -> Section:
    """List the seats that ``user`` holds now."""
    held = Seat.objects.filter(user=user, released=None).select_related("subscription__product")
    return Section(
        template="licenses/account_section.html",
        context={"seats": list(held.order_by("subscription__product__name"))},
        place=1,
    )
