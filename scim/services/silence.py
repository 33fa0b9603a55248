"""Sources that have fallen silent: they called by the clock, and call no more.

Many identity providers call when somebody changes, and are silent over a weekend.  So only who
called by the clock is missed: see :data:`RHYTHMS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import F
from django.utils import timezone

from scim.models import SourceDay

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from scim.models import Source


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a source called, and after how long it is missed.

    Attributes:
        days: So many whole days before its last request it kept to this.
        hours: In so many hours, at least, of each of them it called.
        missed_after: Without a call for so long it is silent.
    """

    name: str
    days: int
    hours: int
    missed_after: timedelta


HOURLY: Final = Rhythm("hourly", days=3, hours=20, missed_after=timedelta(hours=6))
"""Four hours of a day may be missing: a restart, or an hour in which nothing was to be asked."""
DAILY: Final = Rhythm("daily", days=14, hours=1, missed_after=timedelta(days=2))
"""Two weeks have weekends in them."""
RHYTHMS: Final = (HOURLY, DAILY)
_LONGEST: Final = timedelta(days=max(each.days for each in RHYTHMS))


def silent_sources(sources: Iterable[Source]) -> dict[int, Rhythm]:
    """Return which of these sources of the active tenant are silent, by key, and how they called.

    Takes one statement, or none when all have called of late.
    """
    now = timezone.now()
    quiet = {
        source.pk: source.last_request_at
        for source in sources
        if source.last_request_at is not None
        and now - source.last_request_at >= min(each.missed_after for each in RHYTHMS)
    }
    if not quiet:
        return {}
    days: dict[int, dict[date, int]] = {}
    kept = SourceDay.objects.filter(
        source__in=quiet, day__gte=F("source__last_request_at") - _LONGEST - timedelta(days=1)
    )
    for key, day, hours in kept.values_list("source_id", "day", "hours"):
        days.setdefault(key, {})[day] = hours.bit_count()
    found = {key: rhythm_of(days.get(key, {}), last, now) for key, last in quiet.items()}
    return {key: rhythm for key, rhythm in found.items() if rhythm is not None}


def rhythm_of(hours: Mapping[date, int], last: datetime, now: datetime) -> Rhythm | None:
    """Return the rhythm that a source kept until its ``last`` request and keeps no more.

    Args:
        hours: In how many hours of each day (UTC) it called.
        last: When it called last.
        now: The present moment.
    """
    for rhythm in RHYTHMS:
        if now - last >= rhythm.missed_after and _kept(rhythm, hours, last.astimezone(UTC).date()):
            return rhythm
    return None


def _kept(rhythm: Rhythm, hours: Mapping[date, int], last_day: date) -> bool:
    before = (last_day - timedelta(days=number) for number in range(1, rhythm.days + 1))
    return all(hours.get(day, 0) >= rhythm.hours for day in before)
