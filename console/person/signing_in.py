"""Where a person is signed in now, and how they signed in or were refused lately."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import AuditEntry
from accounts.signing_in.own_sessions import list_sessions
from accounts.trail.telling import tell
from console.base.moments import told, told_within
from console.base.of_person import PERSON
from console.person.look import MOST_BESIDE

if TYPE_CHECKING:
    from console.person.look import Look

SIGN_INS: Final = (
    *("user.signed_in", "break_glass.signed_in", "recovery_code.signed_in"),
    *("sign_in.refused", "sign_in.throttled", "recovery_code.refused", "link.refused"),
)
"""What the trail calls a way in, and the attempts that led to none."""
REFUSED: Final = (".refused", ".throttled")


def sessions(look: Look) -> dict[str, Any]:
    """Return the browsers in which the person is signed in, the latest seen first."""
    alive = list_sessions(user=look.person, current_key=look.request.session.session_key)
    return {
        "lines": [
            {
                "browser": each.browser,
                "ip_address": each.ip_address,
                "method": each.method_name,
                "since": told_within(each.created),
            }
            for each in alive[:MOST_BESIDE]
        ],
        "number": len(alive),
        "more": max(len(alive) - MOST_BESIDE, 0),
    }


def sign_ins(look: Look) -> dict[str, Any]:
    """Return the last times that the person came in or was refused, by whatever way."""
    latest = AuditEntry.objects.filter(
        target_type="user", target_id=str(look.person.pk), action__in=SIGN_INS
    )[:MOST_BESIDE]
    attempts = reverse("console:saml-and-scim-attempts")
    return {
        "lines": [
            {
                "is_refused": each.entry.action.endswith(REFUSED),
                "says": each.sentence,
                "facts": each.facts,
                "at": told(each.entry.at),
            }
            for each in tell(latest)
        ],
        "all_url": f"{attempts}?{urlencode({PERSON: look.person.pk})}",
    }
