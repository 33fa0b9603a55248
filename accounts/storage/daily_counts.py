"""Counting logs by the day, in portions of which each is counted once, whoever dies in between."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from accounts.models import CountedLog, DailyCount

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

PORTION: Final = 20_000
"""Ids that are gone through in one transaction."""

_LAST_GIVEN: Final = """
SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(%(table)s, 'id')::regclass), 0)
"""
# A number that this server has not come to yet is of another one, whose dump was restored: nothing
# of that time runs here.
_IS_OVER: Final = """
SELECT %(number)s::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) OR NOT EXISTS (
  SELECT FROM pg_snapshot_xip(pg_current_snapshot()) AS running WHERE running < %(number)s::xid8
)
"""
_OURS: Final = "SELECT pg_current_xact_id()::text"
_ADD: Final = """
INSERT INTO accounts_dailycount (tenant_id, day, kind, number)
SELECT tenant.id, added.day, added.kind, added.number
FROM unnest(%(tenants)s::bigint[], %(days)s::date[], %(kinds)s::text[], %(numbers)s::bigint[])
  AS added (tenant_id, day, kind, number)
JOIN accounts_tenant AS tenant ON tenant.id = added.tenant_id
ORDER BY 1, 2, 3
ON CONFLICT (tenant_id, day, kind)
DO UPDATE SET number = accounts_dailycount.number + excluded.number
"""
_IN_TRAIL: Final = """
SELECT trail.tenant_id, (trail.at AT TIME ZONE %(zone)s)::date, counts.kind,
  sum(1 + coalesce((trail.details->>'folded')::bigint, 0))
FROM accounts_auditentry AS trail
JOIN unnest(%(actions)s::text[], %(kinds)s::text[]) AS counts (action, kind)
  ON counts.action = trail.action
WHERE trail.id > %(after)s AND trail.id <= %(last)s AND trail.tenant_id IS NOT NULL
GROUP BY 1, 2, 3
"""


class Portion(NamedTuple):
    """Rows of a log, by their ids: those after one of them, to another one."""

    after: int
    last: int


class Counted(NamedTuple):
    """So many of a kind on a day; ``kind`` is one of :class:`accounts.models.DailyCount.Kind`."""

    tenant_id: int
    day: datetime.date
    kind: str
    number: int


def take_portion(log: type[Model]) -> Portion | None:
    """Return what is to be counted next of ``log``; nothing when that must wait, or all is counted.

    Whoever takes it adds what it counts in the same transaction; the next one begins behind it.
    """
    last_given = _one(_LAST_GIVEN, table=log._meta.db_table)
    name = log._meta.label_lower
    CountedLog.objects.get_or_create(log=name)
    place = CountedLog.objects.select_for_update().get(log=name)
    if place.counted >= place.seen:
        # Read before ours was given a number, so that who has an id by now has a lower one.
        place.seen, place.seen_transaction = last_given, int(_one(_OURS))
        place.save(update_fields=["seen", "seen_transaction"])
        return None
    if not _one(_IS_OVER, number=str(place.seen_transaction)):
        return None
    portion = Portion(place.counted, min(place.counted + PORTION, place.seen))
    place.counted = portion.last
    place.save(update_fields=["counted"])
    return portion


def add_counts(counted: Iterable[Counted]) -> None:
    """Add to the counts of these days, of the tenants that there still are."""
    found = list(counted)
    values: dict[str, Any] = {
        "tenants": [each.tenant_id for each in found],
        "days": [each.day for each in found],
        "kinds": [each.kind for each in found],
        "numbers": [each.number for each in found],
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)


def counted_in_trail(
    portion: Portion, *, kinds: dict[str, DailyCount.Kind], zone: str
) -> list[Counted]:
    """Return what a portion of the audit trail holds, by tenant and day in a time zone.

    ``kinds`` says what each action counts as; a refusal that stands for others counts as many.
    """
    values: dict[str, Any] = {"actions": list(kinds), "kinds": list(kinds.values()), "zone": zone}
    with connection.cursor() as cursor:
        cursor.execute(_IN_TRAIL, {**values, **portion._asdict()})
        return [Counted._make(row) for row in cursor.fetchall()]


def _one(statement: str, **values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]
