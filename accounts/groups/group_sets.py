"""Creating many directory groups at once, with their members and audit entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson
from django.db import IntegrityError
from django.utils import timezone

from accounts.errors import NameNotPermittedError
from accounts.groups.fixed_names import may_be_fixed
from accounts.groups.member_deltas import audit_details
from accounts.identifiers import uuid7
from accounts.names import group_name_key
from accounts.requests import request_id
from accounts.storage.prepared import prepared_cursor
from accounts.storage.violations import refers_to_nothing
from accounts.tenancy.scoping import active_tenant_id
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from accounts.groups.groups import GroupFields

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
  {audit.INSERT}
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


class NewGroup(NamedTuple):
    """A group to be made, and who is to be in it."""

    values: GroupFields
    member_ids: Collection[UUID] = ()


def create_groups(*, many: Sequence[NewGroup]) -> list[UUID | None]:
    """Create the groups whose name is free and whose members are people, with two statements.

    Returned are their ids in the order of ``many``.  ``None`` stands for one that has to be made
    by :func:`accounts.groups.groups.create_group`, which says what is wrong with it if anything
    is; nothing was done about it.
    """
    people = _people({pk for new in many for pk in new.member_ids})
    # Who is made later must not find the name taken by somebody further down.
    keys = [_key(new) for new in many]
    later = {
        key
        for key, new in zip(keys, many, strict=True)
        if key is None
        or not people.issuperset(new.member_ids)
        or may_be_fixed(new.values.display_name)
    }
    ids = [uuid7() if key not in later else None for key in keys]
    ready = [(pk, key, new) for pk, key, new in zip(ids, keys, many, strict=True) if pk and key]
    params: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "now": timezone.now(),
        "actor": audit.acting(),
        "request_id": request_id.current(),
        "groups": _json(_row(*each) for each in ready),
        "members": _json(
            {"group_id": pk, "user_id": member}
            for pk, _key_of_it, new in ready
            for member in set(new.member_ids)
        ),
        "entries": _json(
            {"group_id": pk, "details": details}
            for pk, _key_of_it, new in ready
            for details in audit_details(dict.fromkeys(new.member_ids), ())
        ),
    }
    try:
        with prepared_cursor() as cursor:
            cursor.execute(_INSERT, params)
            made = {row[0] for row in cursor.fetchall()}
    except IntegrityError as error:
        if not refers_to_nothing(error):
            raise
        return [None] * len(many)  # One of the people was deleted in this very moment.
    return [pk if pk in made else None for pk in ids]


def _people(ids: Collection[UUID]) -> set[UUID]:
    if not ids:
        return set()
    with prepared_cursor() as cursor:
        cursor.execute(_PEOPLE, [active_tenant_id(), list(ids)])
        return {row[0] for row in cursor.fetchall()}


def _key(new: NewGroup) -> str | None:
    """Return how the name is compared, or nothing if no group can be called so."""
    try:
        return group_name_key(new.values.display_name)
    except NameNotPermittedError:
        return None


def _row(pk: UUID, key: str, new: NewGroup) -> dict[str, Any]:
    return {
        "id": pk,
        "display_name": new.values.display_name,
        "display_name_ci": key,
        "external_id": new.values.external_id,
        "attributes": new.values.attributes,
    }


def _json(rows: Iterable[dict[str, Any]]) -> str:
    return orjson.dumps(list(rows)).decode()
