"""What is asked of seats, and of what groups give, by hand-written statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

_HOLDS_SEAT: Final = (
    "EXISTS (SELECT FROM licenses_seat s WHERE s.user_id = {person}.id AND s.released IS NULL)"
)
_HELD: Final = """
SELECT DISTINCT subscription_id FROM licenses_seat WHERE user_id = ANY(%s) AND released IS NULL
"""
_GIVEN: Final = """
SELECT DISTINCT subscription_id FROM licenses_grouplicense
WHERE tenant_id = %s AND group_id = ANY(%s)
"""


def holds_seat(person: str) -> str:
    """Return the condition that a row of people, called ``person`` in the statement, has a seat.

    It is for statements of storage rooms of higher layers only.
    """
    return _HOLDS_SEAT.format(person=person)


def subscriptions_held(user_ids: Collection[UUID]) -> list[int]:
    """Return the subscriptions of which these people hold seats.

    Most people hold none, which a statement that is planned already tells at least cost.
    """
    with prepared_cursor() as cursor:
        cursor.execute(_HELD, [list(user_ids)])
        return [row[0] for row in cursor.fetchall()]


def subscriptions_given(group_ids: Collection[UUID]) -> set[int]:
    """Return the subscriptions of which these groups of the active tenant give seats."""
    with prepared_cursor() as cursor:
        cursor.execute(_GIVEN, [active_tenant_id(), list(group_ids)])
        return {row[0] for row in cursor.fetchall()}
