"""Giving and taking the seats of many people, with the refusals one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from accounts.refusals import record_refusal
from licenses.errors import LicenseError
from licenses.services import assign_seat, release_seat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from licenses.models import Subscription

MOST_NAMED: Final = 1_000
"""People whom one entry of the audit trail names."""


@dataclass(slots=True)
class Outcome:
    """How many people were served, and why the others were not: (their name, a sentence)."""

    done: int = 0
    refusals: list[tuple[str, str]] = field(default_factory=list)


def assign_seats_to_many(
    *, subscription: Subscription, people: Iterable[User], reason: str = ""
) -> Outcome:
    """Give each a seat, each in a transaction of its own: one refusal does not stop the rest."""
    outcome = Outcome()
    for user in people:
        try:
            assign_seat(subscription=subscription, user=user, reason=reason)
        except LicenseError as refusal:
            outcome.refusals.append((user.user_name, str(refusal)))
        else:
            outcome.done += 1
    record_refused_seats(subscription, outcome.refusals)
    return outcome


def record_refused_seats(subscription: Subscription, refusals: list[tuple[str, str]]) -> None:
    """Put into the audit trail who got no seat (name, reason), as one entry."""
    if refusals:
        record_refusal(
            "license.refused",
            subscription,
            reason=refusals[0][1],
            people=[name for name, _reason in refusals[:MOST_NAMED]],
            number=len(refusals),
        )


def release_seats_of_many(
    *, subscription: Subscription, people: Iterable[User], reason: str = ""
) -> Outcome:
    """Take the seats of these people back; whoever holds none is served too."""
    outcome = Outcome()
    for user in people:
        release_seat(subscription=subscription, user=user, reason=reason)
        outcome.done += 1
    return outcome
