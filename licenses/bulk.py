"""What the audit trail says of seats that many people were refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from accounts.trail.refusals import record_refusal

if TYPE_CHECKING:
    from licenses.models import Subscription

MOST_NAMED: Final = 1_000
"""People whom one entry of the audit trail names."""


def record_refused_seats(
    subscription: Subscription | None, refusals: list[tuple[str, str]]
) -> None:
    """Put into the audit trail who got no seat (name, reason), as one entry."""
    if refusals:
        record_refusal(
            "license.refused",
            subscription,
            reason=refusals[0][1],
            people=[name for name, _reason in refusals[:MOST_NAMED]],
            number=len(refusals),
        )
