"""The audit trail as a feed of changes: what happened since a position, in an order that holds.

Entries are ordered by the number of their transaction and their id, and handed out once no
transaction with a lower number runs any more.  By the id alone some would be lost: ids are given
when entries are written, and become visible when their transactions end, in another order.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson
from django.utils.translation import gettext as _
from typing_extensions import override

from accounts.errors import AccountError
from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import Everything, active_tenant_id, scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MOST_AT_ONCE: Final = 1_000
"""Changes that one call hands out."""

_TENANT: Final = "trail.tenant_id = %(tenant)s::bigint AND "
# A dump keeps what the function says; restoring it writes its row in the catalogue anew, so that
# the number of the transaction that wrote the row tells one from the other.
GENERATION: Final = """
  SELECT accounts_feed_origin() || '-' || feed_origin.xmin AS generation FROM pg_proc AS feed_origin
  WHERE feed_origin.oid = 'accounts_feed_origin()'::regprocedure
"""
_SINCE: Final = """
SELECT trail.transaction::text, trail.id, trail.tenant_id, trail.at, trail.actor, trail.action,
  trail.target_type, trail.target_id, trail.target, trail.request_id, trail.details::text
FROM accounts_auditentry AS trail
WHERE {tenant}(trail.transaction, trail.id) > (%(transaction)s::xid8, %(entry_id)s::bigint)
  AND trail.transaction < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY trail.transaction, trail.id
LIMIT %(limit)s::int
"""
_SINCE_IN_TENANT: Final = _SINCE.format(tenant=_TENANT)
_SINCE_IN_ALL: Final = _SINCE.format(tenant="")
# What retention has deleted is all before one entry of each tenant, which may itself be a position.
_JUDGED: Final = """
SELECT feed.generation, place.transaction >= pg_snapshot_xmin(pg_current_snapshot()), EXISTS (
  SELECT FROM accounts_auditentry AS trail
  WHERE {tenant}(trail.transaction, trail.id) = (place.transaction, place.id)
) OR EXISTS (
  SELECT FROM accounts_trailstart AS trail
  WHERE {tenant}trail.generation = feed.generation
    AND (trail.transaction, trail.entry_id) = (place.transaction, place.id)
), EXISTS (
  SELECT FROM accounts_trailstart AS trail
  WHERE {tenant}trail.generation = feed.generation
    AND (trail.transaction, trail.entry_id) > (place.transaction, place.id)
)
FROM ({generation}) AS feed
CROSS JOIN (SELECT %(transaction)s::xid8 AS transaction, %(entry_id)s::bigint AS id) AS place
"""
_JUDGED_IN_TENANT: Final = _JUDGED.format(tenant=_TENANT, generation=GENERATION)
_JUDGED_IN_ALL: Final = _JUDGED.format(tenant="", generation=GENERATION)
_LATEST: Final = """
SELECT feed.generation, COALESCE(place.transaction::text, '0'), COALESCE(place.id, 0)
FROM ({generation}) AS feed LEFT JOIN LATERAL (
  SELECT latest.* FROM (
    SELECT trail.transaction, trail.id FROM accounts_auditentry AS trail
    WHERE {tenant}trail.transaction < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY trail.transaction DESC, trail.id DESC LIMIT 1
  ) AS latest
  UNION ALL {start}
  ORDER BY 1 DESC, 2 DESC LIMIT 1
) AS place ON true
"""
_START: Final = """
  SELECT trail.transaction, trail.entry_id AS id FROM accounts_trailstart AS trail
  WHERE {tenant}trail.generation = feed.generation
"""
_START_IN_TENANT: Final = _START.format(tenant=_TENANT)
_START_IN_ALL: Final = _START.format(tenant="")
_LATEST_IN_TENANT: Final = _LATEST.format(
    tenant=_TENANT, generation=GENERATION, start=_START_IN_TENANT
)
_LATEST_IN_ALL: Final = _LATEST.format(tenant="", generation=GENERATION, start=_START_IN_ALL)
_FIRST: Final = """
SELECT feed.generation, COALESCE(place.transaction::text, '0'), COALESCE(place.id, 0)
FROM ({generation}) AS feed LEFT JOIN LATERAL (
  {start} ORDER BY 1 DESC, 2 DESC LIMIT 1
) AS place ON true
"""
_FIRST_IN_TENANT: Final = _FIRST.format(generation=GENERATION, start=_START_IN_TENANT)
_FIRST_IN_ALL: Final = _FIRST.format(generation=GENERATION, start=_START_IN_ALL)
_LAG: Final = """
SELECT count(*), GREATEST(COALESCE(extract(epoch FROM clock_timestamp() - min(at)), 0), 0)::float
FROM accounts_auditentry
WHERE transaction >= pg_snapshot_xmin(pg_current_snapshot())
"""
_WRITTEN: Final = re.compile(r"([0-9a-f-]{36}-[0-9]{1,10}):([0-9]{1,19}):([0-9]{1,18})")


class Position(NamedTuple):
    """A place in the feed: just behind one entry, or before all of them.

    Attributes:
        generation: Which history the numbers belong to: one of one database, until a dump of it is
            restored.
        transaction: The number of the entry's transaction; 0 before all.
        entry_id: The entry's id; 0 before all.
    """

    generation: str
    transaction: int
    entry_id: int

    @override
    def __str__(self) -> str:
        """Return the position as text for a reader to keep; it holds no secret."""
        return f"{self.generation}:{self.transaction}:{self.entry_id}"

    @classmethod
    def from_text(cls, text: str) -> Position:
        """Read what ``str()`` has written.

        Raises:
            UnreadablePositionError: It is something else.
        """
        written = _WRITTEN.fullmatch(text)
        if not written:
            raise UnreadablePositionError(
                _("“%(text)s” is no position of the feed of changes. Use one that it gave out.")
                % {"text": text[:100]}
            )
        generation, transaction, entry_id = written.groups()
        return cls(generation, int(transaction), int(entry_id))


class Change(NamedTuple):
    """One entry of the trail; see :class:`accounts.models.AuditEntry` for the fields."""

    position: Position
    """Where to go on when this one is done with; all of one transaction have its number."""
    tenant_id: int | None
    at: datetime
    actor: str
    action: str
    target_type: str
    target_id: str
    target: str
    request_id: str
    details: dict[str, Any]


class Lag(NamedTuple):
    """What is written and not yet handed out, because a transaction that began earlier runs."""

    entries: int
    seconds: float
    """The age of the oldest of them."""


class Reason(StrEnum):
    """Why a reader cannot go on from its position."""

    ANOTHER_GENERATION = "another_generation"
    FUTURE = "future"
    PRUNED = "pruned"
    UNKNOWN = "unknown"


class UnreadablePositionError(AccountError):
    """What was given as a position is none."""


class StartOverError(AccountError):
    """The changes since a position cannot be told: read everything anew.

    Take :func:`latest_position` first, then read all objects, then go on from that position.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(_what_is_wrong(reason))
        self.reason = reason


def changes_since(position: Position, *, limit: int = MOST_AT_ONCE) -> list[Change]:
    """Return the next changes after ``position``, oldest first: the active tenant's, or all.

    Nothing is returned twice, and nothing left out: what a transaction that still runs has written
    comes when it has ended, and with it everything that began later.  So a change may be late; no
    entry that is written later comes before it.  In the scope of every tenant, all tenants'
    changes come, and what operators did that concerns none.

    Args:
        position: That of the last change that was read, or :func:`latest_position`.
        limit: How many at most, from 1 to :data:`MOST_AT_ONCE`.

    Raises:
        StartOverError: The position is of another database, of one that was restored since, or of
            a history that this one does not have; or what came after it was deleted meanwhile.
    """
    if not 1 <= limit <= MOST_AT_ONCE:
        raise ValueError(f"limit is {limit}; it must be from 1 to {MOST_AT_ONCE}.")
    values = {**_tenant(), "limit": limit, **_numbers(position)}
    with prepared_cursor() as cursor:
        cursor.execute(_SINCE_IN_TENANT if "tenant" in values else _SINCE_IN_ALL, values)
        rows = cursor.fetchall()
    # Judged after it was read: what is found in order now, was so when the changes were read.
    _judge(position)
    return [_change(position.generation, *row) for row in rows]


def latest_position() -> Position:
    """Return the position behind everything that :func:`changes_since` would hand out now.

    Who takes it and then reads all objects, misses nothing from there on; what changed meanwhile
    comes once more.
    """
    return _place(_LATEST_IN_TENANT, _LATEST_IN_ALL)


def first_position() -> Position:
    """Return the position from which on nothing was deleted: before all changes, in the beginning.

    Over all tenants it is that of the tenant whose oldest entries were deleted last.
    """
    return _place(_FIRST_IN_TENANT, _FIRST_IN_ALL)


def feed_generation() -> str:
    """Return which history the positions of today belong to."""
    with prepared_cursor() as cursor:
        cursor.execute(GENERATION)
        return str(cursor.fetchone()[0])


def lag() -> Lag:
    """Return how far the feed of all tenants is behind what is written."""
    with prepared_cursor() as cursor:
        cursor.execute(_LAG)
        return Lag(*cursor.fetchone())


def _place(in_tenant: str, in_all: str) -> Position:
    values = _tenant()
    with prepared_cursor() as cursor:
        cursor.execute(in_tenant if values else in_all, values)
        generation, transaction, entry_id = cursor.fetchone()
    return Position(generation, int(transaction), entry_id)


def _judge(position: Position) -> None:
    """Refuse a position that this database's feed cannot be read from."""
    values = {**_tenant(), **_numbers(position)}
    with prepared_cursor() as cursor:
        cursor.execute(_JUDGED_IN_TENANT if "tenant" in values else _JUDGED_IN_ALL, values)
        generation, is_future, is_known, is_behind = cursor.fetchone()
    if position.generation != generation:
        raise StartOverError(Reason.ANOTHER_GENERATION)
    if is_future:
        raise StartOverError(Reason.FUTURE)
    if is_behind:
        raise StartOverError(Reason.PRUNED)
    if position.entry_id and not is_known:
        raise StartOverError(Reason.UNKNOWN)


def _change(generation: str, transaction: str, entry_id: int, *columns: Any) -> Change:
    *plain, details = columns
    position = Position(generation, int(transaction), entry_id)
    return Change._make([position, *plain, orjson.loads(details)])


def _tenant() -> dict[str, int]:
    return {} if scope.get() is Everything.EVERY_TENANT else {"tenant": active_tenant_id()}


def _numbers(position: Position) -> Mapping[str, Any]:
    return {"transaction": str(position.transaction), "entry_id": position.entry_id}


def _what_is_wrong(reason: Reason) -> str:
    says = {
        Reason.ANOTHER_GENERATION: _(
            "The position is of another database, or of this one before a backup was restored."
        ),
        Reason.FUTURE: _(
            "The position is ahead of everything that this database has written: it is of another "
            "one, or of this one before it was set back."
        ),
        Reason.PRUNED: _(
            "What came after the position is deleted in part: it was not read for longer than the "
            "audit trail is kept."
        ),
        Reason.UNKNOWN: _(
            "The entry at the position is not in this trail: it is another tenant's, or this "
            "database was set back."
        ),
    }[reason]
    return f"{says} {_('Take the latest position, read everything anew, and go on from there.')}"
