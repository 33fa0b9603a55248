"""Counting what sources take away, and who is held: exact with several workers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from accounts.person_names import person_name_sql
from accounts.storage.prepared import prepared_cursor
from accounts.storage.trail_rows import INSERT
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from accounts.storage.trail_rows import Entry

_NAME: Final = person_name_sql("person")
_NOTE: Final = """
SELECT held_in, exceeds FROM accounts_note_losses(
  %s::bigint, %s::bigint, %s::uuid[], %s::timestamptz, %s::integer, %s::integer
)
"""
# The entry of a loss, by what it is called when it is held and when not.
_NOTE_AND_RECORD: Final = f"""
WITH noted AS MATERIALIZED (
  SELECT held_in, exceeds FROM accounts_note_losses(
    %s::bigint, %s::bigint, %s::uuid[], %s::timestamptz, %s::integer, %s::integer
  )
), entry AS (
  {INSERT}
  SELECT %s::bigint, %s::timestamptz, %s,
    CASE WHEN noted.exceeds OR noted.held_in IS NOT NULL THEN %s ELSE %s END, %s, %s, %s, %s::jsonb,
    %s
  FROM noted
)
SELECT held_in, exceeds FROM noted
"""  # noqa: S608 - constants of ours
# Who is held for two sources is held for the one that came last, with all that was taken.
_TAKE_OVER: Final = """
UPDATE accounts_heldperson SET outcome = 'otherwise', ended = %(now)s
WHERE tenant_id = %(tenant)s AND user_id = ANY(%(people)s::uuid[]) AND outcome = ''
  AND change_id <> %(change)s
RETURNING id
"""
# Of what happened to somebody the gravest is kept, and every group that they were taken out of;
# what was held of them until this very change of theirs goes on.
_HOLD: Final = f"""
WITH former AS (
  DELETE FROM accounts_heldperson
  WHERE tenant_id = %(tenant)s AND change_id = %(change)s AND outcome IN ('otherwise', 'returned')
    AND user_id = ANY(%(people)s::uuid[])
  RETURNING user_id, groups
), taken_over AS (
  SELECT user_id, groups, kind = 'deactivated' AS was_active FROM accounts_heldperson
  WHERE tenant_id = %(tenant)s AND id = ANY(%(taken_over)s)
)
INSERT INTO accounts_heldperson AS held (
  tenant_id, change_id, user_id, name, user_name_ci, kind, since, groups, kept, outcome, reason
)
SELECT %(tenant)s, %(change)s, person.id,
  left({_NAME}, 500), person.user_name_ci,
  %(kind)s, %(now)s,
  %(groups)s::uuid[] || coalesce(former.groups, '{{}}') || coalesce(taken_over.groups, '{{}}'),
  CASE WHEN taken_over.was_active THEN '{{"was_active": true}}'::jsonb ELSE '{{}}' END, '', ''
FROM accounts_user person LEFT JOIN former ON former.user_id = person.id
  LEFT JOIN taken_over ON taken_over.user_id = person.id
WHERE person.tenant_id = %(tenant)s AND person.id = ANY(%(people)s::uuid[])
ORDER BY person.id
ON CONFLICT (tenant_id, user_id) WHERE outcome = '' DO UPDATE SET
  kind = CASE WHEN held.kind = 'left' OR EXCLUDED.kind = 'deleted' THEN EXCLUDED.kind
    ELSE held.kind END,
  kept = jsonb_build_object(
    'was_active', held.kind = 'deactivated' OR held.kept @> '{{"was_active": true}}'
  ),
  groups = held.groups || EXCLUDED.groups
"""  # noqa: S608
# Those whom the source took something from before it went beyond its limit.  Whom somebody else
# has deactivated since is out by that.
_JOIN_EARLIER: Final = f"""
INSERT INTO accounts_heldperson (
  tenant_id, change_id, user_id, name, user_name_ci, kind, since, groups, kept, outcome, reason
)
SELECT person.tenant_id, %(change)s, person.id,
  left({_NAME}, 500), person.user_name_ci,
  CASE WHEN person.active THEN 'left' ELSE 'deactivated' END, loss.at, '{{}}', '{{}}', '', ''
FROM accounts_sourceloss loss JOIN accounts_user person
  ON person.tenant_id = loss.tenant_id AND person.id = loss.user_id
WHERE loss.tenant_id = %(tenant)s AND loss.source_id = %(source)s
  AND (person.active OR %(actor)s = (
    SELECT entry.actor FROM accounts_auditentry entry
    WHERE entry.tenant_id = person.tenant_id AND entry.target_id = person.id::text
      AND entry.action = 'user.deactivated'
    ORDER BY entry.at DESC, entry.id DESC LIMIT 1
  ))
ORDER BY person.id
ON CONFLICT DO NOTHING
"""  # noqa: S608
_HELD: Final = """
SELECT user_id::text FROM accounts_heldperson
WHERE tenant_id = %s AND user_id = ANY(%s::uuid[]) AND outcome = ''
"""
# So many that a page can name them; whoever is deleted has them in what is kept of them.
_GROUPS_GONE: Final = """
SELECT DISTINCT wanted.id FROM accounts_heldperson person CROSS JOIN LATERAL (
  SELECT unnest(person.groups) AS id
  UNION ALL SELECT jsonb_array_elements_text(person.kept -> 'groups')::uuid
) wanted
WHERE person.tenant_id = %(tenant)s AND person.change_id = %(change)s AND person.outcome = ''
  AND NOT EXISTS (
    SELECT FROM accounts_directorygroup present
    WHERE present.tenant_id = %(tenant)s AND present.id = wanted.id
  )
ORDER BY wanted.id LIMIT 20
"""


class Noted(NamedTuple):
    """What counting came to: the held change that is open, or whether one has to be opened."""

    held_in: int | None
    exceeds: bool


class Losses(NamedTuple):
    """Whom a source takes something from at a moment, and how many it may within an hour."""

    source_id: int
    people: Collection[UUID]
    now: datetime
    number: int | None = None
    percent: int | None = None


def note_losses(losses: Losses) -> Noted:
    """Count these people as lost by a source of the active tenant, once each in an hour.

    Until the transaction ends nobody else counts for the source, and nobody decides about its
    change.  While one is open nothing is counted.
    """
    with prepared_cursor() as cursor:
        cursor.execute(_NOTE, _values(losses))
        return Noted(*cursor.fetchone())


def note_losses_and_record(losses: Losses, *, entry: Entry, held_action: str) -> Noted:
    """Do as :func:`note_losses`, and write its entry, called ``held_action`` if it is held."""
    tenant, at, actor, action, *rest = entry
    values = [*_values(losses), tenant, at, actor, held_action, action, *rest]
    with prepared_cursor() as cursor:
        cursor.execute(_NOTE_AND_RECORD, values)
        return Noted(*cursor.fetchone())


def hold_people_in(
    *, change_id: int, people: Collection[UUID], kind: str, groups: Collection[UUID], now: datetime
) -> None:
    """Let people of the active tenant be held, or be held for one thing more."""
    values: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "change": change_id,
        "people": list(people),
        "kind": kind,
        "groups": list(groups),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OVER, values)
        values["taken_over"] = [key for (key,) in cursor.fetchall()]
        cursor.execute(_HOLD, values)


def join_earlier_losses(*, change_id: int, source_id: int, actor: str) -> None:
    """Let those be held as well who were counted, and are there still.

    ``actor`` is how the trail calls the source.
    """
    values: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "change": change_id,
        "source": source_id,
        "actor": actor,
    }
    with connection.cursor() as cursor:
        cursor.execute(_JOIN_EARLIER, values)


def held_of(people: Collection[UUID]) -> set[str]:
    """Return the ids of those people of the active tenant who are held now."""
    if not people:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [active_tenant_id(), list(people)])
        return {row[0] for row in cursor.fetchall()}


def groups_gone(*, change_id: int) -> list[UUID]:
    """Return the groups that people held in a change were in, and that are not there any more."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS_GONE, {"tenant": active_tenant_id(), "change": change_id})
        return [row[0] for row in cursor.fetchall()]


def _values(losses: Losses) -> list[Any]:
    people = list(losses.people)
    return [active_tenant_id(), losses.source_id, people, *losses[2:]]
