"""How many seats are bought, used and waited for: one statement for all subscriptions of a tenant.

Who waits is in a directory group that gives the seat, or in one nested in it, and has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from accounts.storage.nesting import closure_below
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    import datetime

_GIVING: Final = closure_below(
    "SELECT subscription_id, group_id FROM licenses_grouplicense WHERE tenant_id = %(tenant)s",
    carried={"subscription_id": "below.subscription_id"},
)
_COUNTS: Final = f"""
WITH RECURSIVE {_GIVING},
waits AS (
    SELECT DISTINCT below.subscription_id, member.user_id
    FROM below
    JOIN accounts_directorygroupmember member ON member.group_id = below.group_id
    JOIN accounts_user person ON person.id = member.user_id
    WHERE member.tenant_id = %(tenant)s AND person.active AND NOT EXISTS (
        SELECT FROM licenses_seat seat
        WHERE seat.tenant_id = %(tenant)s AND seat.subscription_id = below.subscription_id
            AND seat.user_id = member.user_id AND seat.released IS NULL
    )
),
waiting AS (SELECT subscription_id, count(*) AS number FROM waits GROUP BY subscription_id),
held AS (
    SELECT subscription_id, count(*) AS number FROM licenses_seat
    WHERE tenant_id = %(tenant)s AND released IS NULL GROUP BY subscription_id
),
counted AS (
    SELECT found.id, found.seats, coalesce(held.number, 0) AS used,
        coalesce(waiting.number, 0) AS waiting, found.ends
    FROM licenses_subscription found
    LEFT JOIN held ON held.subscription_id = found.id
    LEFT JOIN waiting ON waiting.subscription_id = found.id
    WHERE found.tenant_id = %(tenant)s
)
"""  # noqa: S608 - parts of ours
_NOW: Final = f"{_COUNTS} SELECT id, used, waiting FROM counted"  # noqa: S608 - parts of ours
_NOTE: Final = f"""
{_COUNTS}
INSERT INTO licenses_seatcount (tenant_id, subscription_id, day, bought, used, waiting, ends)
SELECT %(tenant)s, id, %(day)s, seats, used, waiting, ends FROM counted
ON CONFLICT (tenant_id, subscription_id, day) DO NOTHING
RETURNING subscription_id
"""  # noqa: S608 - parts of ours


class SeatsNow(NamedTuple):
    """The seats of one subscription that are used, and the people who wait for one."""

    used: int
    waiting: int


def seats_now() -> dict[int, SeatsNow]:
    """Return how the subscriptions of the active tenant stand, by key."""
    return {key: SeatsNow(used, waiting) for key, used, waiting in _rows(_NOW)}


def note_counts(day: datetime.date) -> list[int]:
    """Write down how the active tenant's subscriptions stand, once a day.

    Returns:
        The subscriptions that were not counted on this day before.
    """
    return [row[0] for row in _rows(_NOTE, day=day)]


def _rows(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"tenant": active_tenant_id(), **parameters})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
