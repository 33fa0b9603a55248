"""What the facts about somebody speak for: keep, look again, or revoke; each with its reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.utils import timezone

from access_reviews.models import AccessReview, ReviewedThing, ReviewLine
from accounts.models import AuditEntry
from scim.protocol.urns import ENTERPRISE_USER

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from access_reviews.services.things import Thing
    from accounts.models import User

IDLE: Final = timedelta(days=90)
"""So long nobody has signed in who is idle."""
NEW: Final = timedelta(days=14)
"""So long somebody need not have signed in since they were made."""
LATELY: Final = timedelta(days=90)
"""How far back changes are looked for where the thing was not reviewed before."""
_DEPARTMENT: Final = f"{ENTERPRISE_USER}:department"
_REVOKES: Final = frozenset({"inactive", "never", "idle"})
_LOOKS: Final = frozenset({"role", "department"})


class Suggested(NamedTuple):
    """A suggestion, and its reasons: each a word, and a day or a number of days with it."""

    suggestion: ReviewLine.Suggestion
    reasons: list[list[Any]]


def suggestions(
    people: Collection[User], *, changed_since: datetime, now: datetime
) -> dict[Any, Suggested]:
    """Return what is suggested for each of these people, by id, with one statement."""
    changed = _changes(people, changed_since)
    return {each.pk: _judged(each, changed.get(str(each.pk), {}), now) for each in people}


def last_reviewed(thing: Thing) -> datetime:
    """Return when a thing was reviewed last; without that, the beginning of *lately*."""
    before = AccessReview.objects.filter(
        state=AccessReview.State.APPLIED,
        pk__in=ReviewedThing.objects.filter(kind=thing.kind, key=thing.key).values("review"),
    )
    ended = before.order_by("-ended").values_list("ended", flat=True).first()
    return ended or timezone.now() - LATELY


def _changes(people: Collection[User], since: datetime) -> dict[str, dict[str, str]]:
    """Return by person when role and department changed last."""
    entries = (
        AuditEntry.objects.filter(
            target_type="user",
            target_id__in=[str(each.pk) for each in people],
            action__in=["user.role_changed", "user.updated"],
            at__gte=since,
            details__changes__has_any_keys=["role", _DEPARTMENT],
        )
        .order_by("pk")
        .values_list("target_id", "details__changes", "at")
    )
    found: dict[str, dict[str, str]] = {}
    for key, changes, at in entries:
        day = timezone.localtime(at).date().isoformat()
        names = (("role", "role"), ("department", _DEPARTMENT))
        found.setdefault(key, {}).update({name: day for name, path in names if path in changes})
    return found


def _judged(person: User, changed: dict[str, str], now: datetime) -> Suggested:
    reasons = [*_of_activity(person, now), *([name, day] for name, day in changed.items())]
    words = {reason[0] for reason in reasons}
    if words & _REVOKES:
        return Suggested(ReviewLine.Suggestion.REVOKE, reasons)
    if words & _LOOKS:
        return Suggested(ReviewLine.Suggestion.LOOK, reasons)
    return Suggested(ReviewLine.Suggestion.KEEP, reasons)


def _of_activity(person: User, now: datetime) -> list[list[Any]]:
    if not person.active:
        return [["inactive"]]
    last = person.last_login
    if last is None:
        return [["never"]] if person.created < now - NEW else [["new"]]
    if last < now - IDLE:
        return [["idle", (now - last).days]]
    return [["used", timezone.localtime(last).date().isoformat()]]
