"""What happened each day, counted from the logs: a chart reads a row for each day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction

from accounts.models import AuditEntry, DailyCount
from accounts.storage.daily_counts import (
    Counted,
    Portion,
    add_counts,
    counted_in_trail,
    take_portion,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

_Kind = DailyCount.Kind
KINDS: Final = {
    "user.signed_in": _Kind.SIGNED_IN,
    "sign_in.refused": _Kind.SIGN_IN_REFUSED,
    "sign_in.throttled": _Kind.SIGN_IN_REFUSED,
    "recovery_code.refused": _Kind.SIGN_IN_REFUSED,
    "user.created": _Kind.CREATED,
    "user.updated": _Kind.CHANGED,
    "user.role_changed": _Kind.CHANGED,
    "user.reactivated": _Kind.CHANGED,
    "user.deactivated": _Kind.DEACTIVATED,
    "user.deleted": _Kind.DELETED,
}
"""As what each action of the trail is counted; all others are not."""


def count_trail() -> dict[str, Any]:
    """Add what the audit trail tells of people and sign-ins to the daily counts."""
    return {"rows": count_log(AuditEntry, _in_trail)}


def count_log(log: type[Model], count: Callable[[Portion], list[Counted]]) -> int:
    """Add to the daily counts what ``count`` finds in the next portions of a log, for all tenants.

    A portion and its place are one transaction: who dies leaves it to the next one, and of two at
    once one waits.  What was written a moment ago waits until the next time.

    Returns:
        How many rows were gone through, gaps in their ids with them.
    """
    gone_through = 0
    while portion := _count_portion(log, count):
        gone_through += portion.last - portion.after
    return gone_through


@transaction.atomic
def _count_portion(log: type[Model], count: Callable[[Portion], list[Counted]]) -> Portion | None:
    portion = take_portion(log)
    if portion is not None:
        add_counts(count(portion))
    return portion


def _in_trail(portion: Portion) -> list[Counted]:
    return counted_in_trail(portion, kinds=KINDS, zone=settings.TIME_ZONE)
