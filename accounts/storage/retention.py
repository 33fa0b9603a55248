"""Deleting old entries of the audit trail, and what it holds of people, a few at a time.

Each function does one portion in one short transaction and is called until nothing is left, so
that nobody waits for it: entries are only ever added by others, and no row refers to one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from accounts.identifiers import uuid_of
from accounts.storage.changes import GENERATION
from accounts.storage.prepared import prepared_cursor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

PORTION: Final = 1_000
"""Entries that one call deletes or writes."""
ERASED: Final = "erased"
"""The actor of an entry whose actor is erased, and the detail that says so of its object."""
KEPT_DETAILS: Final = ("active", "by", "method", "product", "role")
"""Details that tell nothing of who it was."""

# From the beginning of the feed up to the first entry that is kept, so that what is missing is
# always all before one position.  Of two runs at once the slower one does not set that back.
_PRUNE: Final = """
WITH oldest AS MATERIALIZED (
  SELECT id, transaction, at FROM accounts_auditentry
  WHERE {tenant} AND transaction < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY transaction, id LIMIT %(portion)s::int
), due AS MATERIALIZED (
  SELECT id, transaction FROM (
    SELECT oldest.*, bool_and(at < %(before)s::timestamptz) OVER (
      ORDER BY oldest.transaction, oldest.id
    ) AS is_due
    FROM oldest
  ) AS judged
  WHERE is_due
), gone AS (
  DELETE FROM accounts_auditentry USING due WHERE accounts_auditentry.id = due.id
  RETURNING due.id
), reached AS (
  INSERT INTO accounts_trailstart (tenant_id, generation, transaction, entry_id)
  SELECT %(tenant)s::bigint, feed.generation, due.transaction, due.id
  FROM due CROSS JOIN ({generation}) AS feed
  ORDER BY due.transaction DESC, due.id DESC LIMIT 1
  ON CONFLICT (tenant_id) DO UPDATE SET generation = EXCLUDED.generation,
    transaction = EXCLUDED.transaction, entry_id = EXCLUDED.entry_id
  WHERE accounts_trailstart.generation <> EXCLUDED.generation
    OR (accounts_trailstart.transaction, accounts_trailstart.entry_id)
      < (EXCLUDED.transaction, EXCLUDED.entry_id)
)
SELECT count(*) FROM gone
"""
_PRUNE_TENANT: Final = _PRUNE.format(tenant="tenant_id = %(tenant)s::bigint", generation=GENERATION)
_PRUNE_NOBODY: Final = _PRUNE.format(tenant="tenant_id IS NULL", generation=GENERATION)
# No entry that this server has written can have a number that it has not given yet.
_RENUMBER: Final = """
UPDATE accounts_auditentry SET transaction = '0' WHERE id IN (
  SELECT id FROM accounts_auditentry WHERE transaction >= pg_snapshot_xmax(pg_current_snapshot())
  ORDER BY transaction, id LIMIT %(portion)s::int
)
"""
_LEFT: Final = """
SELECT trail.id, trail.target_id, COALESCE((
  SELECT min(made.at) FROM accounts_auditentry AS made
  WHERE made.tenant_id = trail.tenant_id AND made.target_id = trail.target_id
    AND made.target_type = 'user' AND made.action = 'user.created'
), '1970-01-01Z'), trail.at, ARRAY(
  SELECT former.name FROM accounts_auditentry AS about
  CROSS JOIN LATERAL (VALUES
    (about.details #>> '{{changes,user_name,0}}'), (about.details #>> '{{changes,user_name,1}}'),
    (about.details #>> '{{names,0}}')
  ) AS former(name)
  WHERE about.tenant_id = trail.tenant_id AND about.target_id = trail.target_id
    AND about.target_type = 'user' AND former.name <> ALL(%(ours)s::text[])
), ARRAY(
  SELECT DISTINCT former.name FROM accounts_auditentry AS about
  CROSS JOIN LATERAL (
    VALUES (about.details #>> '{{changes,email,0}}'), (about.details #>> '{{changes,email,1}}')
    UNION ALL SELECT named #>> '{{}}' FROM jsonb_path_query(about.details, '$.names[*]') AS named
  ) AS former(name)
  WHERE about.tenant_id = trail.tenant_id AND about.target_id = trail.target_id
    AND about.target_type = 'user' AND strpos(former.name, '@') > 0
)
FROM accounts_auditentry AS trail
WHERE trail.tenant_id = %(tenant)s::bigint AND trail.action = 'user.deleted'
  AND NOT trail.details ? 'erased'{which}
ORDER BY trail.id LIMIT %(portion)s::int
"""
_LEFT_BEFORE: Final = _LEFT.format(which=" AND trail.at < %(before)s::timestamptz")
_LEFT_OF_ONE: Final = _LEFT.format(which=" AND trail.target_id = %(person)s::text")
# Who was called so before or after them, goes on being named.
_ERASE_ACTOR: Final = """
UPDATE accounts_auditentry SET actor = 'erased' WHERE id IN (
  SELECT id FROM accounts_auditentry
  WHERE tenant_id = %(tenant)s::bigint AND actor = ANY(%(names)s::text[])
    AND id <= %(until)s::bigint AND id >= (
      SELECT min(id) FROM accounts_auditentry
      WHERE tenant_id = %(tenant)s::bigint AND target_id = %(person)s::text
        AND target_type = 'user'
    )
  ORDER BY id LIMIT %(portion)s::int
)
"""
_ERASE_DETAIL: Final = """
UPDATE accounts_auditentry
SET details = jsonb_set(details, ARRAY[%(detail)s::text], to_jsonb(%(now)s::text))
WHERE id IN (
  SELECT id FROM accounts_auditentry
  WHERE tenant_id = %(tenant)s::bigint AND action = ANY(%(actions)s::text[])
    AND details ->> %(detail)s::text = %(former)s::text
  ORDER BY id LIMIT %(portion)s::int
)
"""
# What an operator did for an address concerns no tenant.
_ERASE_ADDRESS: Final = """
UPDATE accounts_auditentry SET details = details || '{"user_name": "erased"}' WHERE id IN (
  SELECT id FROM accounts_auditentry
  WHERE tenant_id IS NULL AND action = 'lockout.reset'
    AND details ->> 'user_name' = ANY(%(addresses)s::text[])
  ORDER BY id LIMIT %(portion)s::int
)
"""
# The entry of the deletion is the last: as long as it names somebody, something is left to do.
_ERASE_TARGET: Final = """
UPDATE accounts_auditentry SET target = '', details = (
  SELECT COALESCE(jsonb_object_agg(key, value), '{}') || '{"erased": true}'
  FROM jsonb_each(details) WHERE key = ANY(%(kept)s::text[])
)
WHERE id IN (
  SELECT id FROM accounts_auditentry
  WHERE tenant_id = %(tenant)s::bigint AND target_id = %(person)s::text AND target_type = 'user'
    AND NOT details ? 'erased'
  ORDER BY id = %(until)s::bigint, id LIMIT %(portion)s::int
) AND NOT details ? 'erased'
RETURNING id
"""


class Departed(NamedTuple):
    """Somebody who was deleted, and whom entries of the trail still name.

    Attributes:
        entry_id: The entry of the deletion.
        person_id: Whom it is about.
        since: When they were created, or long before, if the trail does not go back so far.
        until: When they were deleted.
        user_names: Under which they acted.
        addresses: Whatever with an ``@`` they were called by, such as their e-mail address.
    """

    entry_id: int
    person_id: UUID
    since: datetime
    until: datetime
    user_names: list[str]
    addresses: list[str]


def prune_portion(*, tenant_id: int | None, before: datetime) -> int:
    """Delete the oldest entries of a tenant, or of none, that are older than ``before``.

    Return how many were; it is less than :data:`PORTION` when no more are due.
    """
    statement = _PRUNE_NOBODY if tenant_id is None else _PRUNE_TENANT
    with prepared_cursor() as cursor:
        cursor.execute(statement, {"tenant": tenant_id, "before": before, "portion": PORTION})
        return int(cursor.fetchone()[0])


def renumber_portion() -> int:
    """Put entries of a restored dump before all others of the feed; return how many.

    Their numbers are those of another server, which this one has not come to.
    """
    return _count(_RENUMBER, {"portion": PORTION})


def departed_before(*, tenant_id: int, moment: datetime, system: str) -> list[Departed]:
    """Return who was deleted before ``moment`` and is named still: at most :data:`PORTION`.

    ``system`` is who acts where nobody does, which is the name of no person.
    """
    return _departed(_LEFT_BEFORE, {"tenant": tenant_id, "before": moment}, system)


def departed_as(*, tenant_id: int, person_id: UUID, system: str) -> Departed | None:
    """Return the person with this id if they were deleted and are named still."""
    found = _departed(_LEFT_OF_ONE, {"tenant": tenant_id, "person": str(person_id)}, system)
    return found[0] if found else None


def erase_actor(*, tenant_id: int, departed: Departed) -> int:
    """Take somebody's names out of entries of what they did; return of how many."""
    values = {**_of(tenant_id, departed), "names": departed.user_names}
    return _count(_ERASE_ACTOR, values)


def replace_detail(
    *, tenant_id: int, actions: Sequence[str], detail: str, former: str, now: str
) -> int:
    """Write ``now`` where a detail of entries of these actions is ``former``; return how many."""
    named = {"actions": list(actions), "detail": detail, "former": former, "now": now}
    return _count(_ERASE_DETAIL, {**named, "tenant": tenant_id, "portion": PORTION})


def erase_address(*, addresses: list[str]) -> int:
    """Take addresses, as sign-in compares them, out of what operators did; return of how many."""
    return _count(_ERASE_ADDRESS, {"addresses": addresses, "portion": PORTION})


def erase_target(*, tenant_id: int, departed: Departed) -> list[int]:
    """Take somebody's names, and what changed of them, out of entries about them.

    The entries stay, with the person's id.  Return their ids: none when nothing is left, that of
    the deletion last, and each to one caller, whoever does the same at the same time.
    """
    values = {**_of(tenant_id, departed), "kept": list(KEPT_DETAILS)}
    with prepared_cursor() as cursor:
        cursor.execute(_ERASE_TARGET, values)
        return [entry_id for (entry_id,) in cursor.fetchall()]


def _of(tenant_id: int, departed: Departed) -> dict[str, Any]:
    return {
        "tenant": tenant_id,
        "person": str(departed.person_id),
        "until": departed.entry_id,
        "portion": PORTION,
    }


def _departed(statement: str, values: dict[str, Any], system: str) -> list[Departed]:
    ours = [system, ERASED]
    with prepared_cursor() as cursor:
        cursor.execute(statement, {**values, "ours": ours, "portion": PORTION})
        return [Departed(pk, uuid_of(person), *rest) for pk, person, *rest in cursor.fetchall()]


def _count(statement: str, values: dict[str, Any]) -> int:
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
