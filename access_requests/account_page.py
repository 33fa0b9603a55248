"""What a person has asked for, on their account page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.dispatch import receiver

from access_requests.models import AccessRequest
from accounts.account_page import Section
from accounts.signals import account_page_shown

if TYPE_CHECKING:
    from accounts.models import User

_SHOWN: Final = 10
_KINDS: Final = {
    AccessRequest.State.OPEN: "busy",
    AccessRequest.State.GRANTED: "good",
    AccessRequest.State.REFUSED: "bad",
}


@receiver(account_page_shown)
def show_requests(sender: Any, user: User, **kwargs: Any) -> Section:
    """List the last things that ``user`` asked for, and lead to asking."""
    latest = list(AccessRequest.objects.filter(user=user).order_by("-pk")[: _SHOWN + 1])
    return Section(
        template="access_requests/account_section.html",
        context={
            "requests": [
                (each, _KINDS.get(AccessRequest.State(each.state), "off"))
                for each in latest[:_SHOWN]
            ],
            "has_more": len(latest) > _SHOWN,
        },
        place=2,  # Below the licences that one has.
    )
