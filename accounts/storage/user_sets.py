"""Creating many people at once, with one statement for all of them and their audit entries."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.db import connection
from django.utils import timezone

from accounts.errors import NameNotPermittedError
from accounts.identifiers import uuid7_texts
from accounts.models import Role, User
from accounts.names import email_key, user_name_key
from accounts.person_names import name_beside_user_name_sql
from accounts.requests import request_id
from accounts.secrets.unusable_passwords import unusable_password
from accounts.storage.prepared import prepared_cursor
from accounts.storage.trail_rows import INSERT
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.services.users import UserFields

_MADE_HERE: Final = ("id", "password", "user_name_ci", "email_ci")
"""Columns that are sent of each person beside what :class:`UserFields` says of them."""

# Names are taken in one order, so that two sets with the same people wait for each other and not
# in a circle; of the same name the first in the set is taken, as its id is lower.
_INSERT: Final = f"""
WITH made AS (
  INSERT INTO accounts_user (
    tenant_id, role, created, last_modified, source_ids, version, {{columns}}
  )
  SELECT %s, %s, %s, %s, array_remove(ARRAY[%s::bigint], NULL), 1, {{columns}}
  FROM json_to_recordset(%s) AS sent({{typed}})
  ORDER BY user_name_ci COLLATE "C", id
  ON CONFLICT (tenant_id, user_name_ci) DO NOTHING
  RETURNING tenant_id, created, id, display_name, given_name, family_name, user_name, active, role
)
{INSERT}
SELECT tenant_id, created, %s, 'user.created', 'user', id::text,
  {name_beside_user_name_sql("made")},
  jsonb_build_object('active', active, 'role', role), %s
FROM made ORDER BY id RETURNING target_id
"""  # noqa: S608 - the model's own columns


@cache
def _statement(said: tuple[str, ...]) -> str:
    columns = (*_MADE_HERE, *said)
    kinds = [User._meta.get_field(name).db_type(connection) for name in columns]
    typed = ", ".join(f"{name} {kind}" for name, kind in zip(columns, kinds, strict=True))
    return _INSERT.format(columns=", ".join(columns), typed=typed)


def insert_users(
    *, many: Sequence[UserFields], actor: str, source_id: int | None
) -> list[str | None]:
    """Write the members whose ``userName`` is free, and return their ids in the order of ``many``.

    ``None`` stands for somebody whose name is taken, in the active tenant or earlier in ``many``,
    or is none that anybody can have; nothing was done about them.
    """
    if not many:
        return []
    tenant, now = active_tenant_id(), timezone.now()
    ids = uuid7_texts(len(many))
    rows = [row for pair in zip(ids, many, strict=True) if (row := _row(*pair))]
    sent = orjson.dumps(rows).decode()
    values: list[Any] = [tenant, Role.MEMBER, now, now, source_id, sent]
    values += [actor, request_id.current()]
    with prepared_cursor() as cursor:
        cursor.execute(_statement(tuple(each.name for each in fields(many[0]))), values)
        made = {target_id for (target_id,) in cursor.fetchall()}
    return [user_id if user_id in made else None for user_id in ids]


def _row(user_id: str, values: UserFields) -> dict[str, Any] | None:
    """Return what is sent of somebody, or nothing if nobody can be called so."""
    try:
        keys = {
            "user_name_ci": user_name_key(values.user_name),
            "email_ci": email_key(values.email),
        }
    except NameNotPermittedError:
        return None
    said = {each.name: getattr(values, each.name) for each in fields(values)}
    return {**keys, "id": user_id, "password": unusable_password(), **said}
