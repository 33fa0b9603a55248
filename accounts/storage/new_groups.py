"""Writing many new directory groups with their members and their entries in the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError

from accounts.storage.prepared import prepared_cursor
from accounts.storage.trail_rows import INSERT
from accounts.storage.violations import refers_to_nothing
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

_PEOPLE: Final = "SELECT id FROM accounts_user WHERE tenant_id = %s AND id = ANY(%s)"
# Names are taken in one order, so that two sets with the same names wait for each other and not in
# a circle; of the same name the first in the set is taken, as its id is lower.
_INSERT: Final = f"""
WITH made AS (
  INSERT INTO accounts_directorygroup (tenant_id, id, display_name, display_name_ci, external_id,
    mapped_role, attributes, created, last_modified, version)
  SELECT %(tenant)s, id, display_name, display_name_ci, external_id, '', attributes, %(now)s,
    %(now)s, 1
  FROM json_to_recordset(%(groups)s) AS sent(
    id uuid, display_name text, display_name_ci text, external_id text, attributes jsonb
  )
  ORDER BY display_name_ci COLLATE "C", id
  ON CONFLICT (tenant_id, display_name_ci) DO NOTHING
  RETURNING tenant_id, id, created, display_name
), joined AS (
  INSERT INTO accounts_directorygroupmember (tenant_id, group_id, user_id)
  SELECT made.tenant_id, made.id, pair.user_id
  FROM json_to_recordset(%(members)s) AS pair(group_id uuid, user_id uuid)
  JOIN made ON made.id = pair.group_id
  ORDER BY made.id, pair.user_id
), recorded AS (
  {INSERT}
  SELECT tenant_id, created, %(actor)s::text, action, 'directorygroup', id::text, display_name,
    details, %(request_id)s::text
  FROM (
    SELECT made.*, 'group.created' AS action, '{{}}'::jsonb AS details FROM made
    UNION ALL
    SELECT made.*, 'group.members_changed', entry.details
    FROM json_to_recordset(%(entries)s) AS entry(group_id uuid, details jsonb)
    JOIN made ON made.id = entry.group_id
  ) event
  ORDER BY id, action
)
SELECT id FROM made
"""  # noqa: S608 - constants of ours


def write_groups(values: dict[str, Any]) -> set[UUID] | None:
    """Write the groups whose name is free; return their ids.

    Args:
        values: ``tenant``, ``now``, ``actor`` and ``request_id`` of all of them; as JSON lists of
            objects ``groups`` (columns), ``members`` (``group_id``, ``user_id``) and ``entries``
            (``group_id``, ``details``) of the trail.

    Returns:
        ``None``, with nothing written, when one of the people was deleted in this very moment.
    """
    try:
        with prepared_cursor() as cursor:
            cursor.execute(_INSERT, values)
            return {row[0] for row in cursor.fetchall()}
    except IntegrityError as error:
        if not refers_to_nothing(error):
            raise
        return None


def people_among(ids: Collection[UUID]) -> set[UUID]:
    """Return those of these ids that are people of the active tenant."""
    if not ids:
        return set()
    with prepared_cursor() as cursor:
        cursor.execute(_PEOPLE, [active_tenant_id(), list(ids)])
        return {row[0] for row in cursor.fetchall()}
