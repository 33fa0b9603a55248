"""Creating many people at once, with one statement for all of them and their audit entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from django.utils import timezone

from accounts.errors import NameNotPermittedError
from accounts.identifiers import uuid7_texts
from accounts.models import Role
from accounts.names import email_key, user_name_key
from accounts.person_names import name_beside_user_name_sql
from accounts.requests import request_id
from accounts.secrets.unusable_passwords import unusable_password
from accounts.storage.prepared import prepared_cursor
from accounts.storage.trail_rows import INSERT
from accounts.tenancy.scoping import active_tenant_id
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.services.users import UserFields

_SENT: Final = {
    "id": "uuid",
    "password": "text",
    "user_name": "text",
    "user_name_ci": "text",
    "external_id": "text",
    "email": "text",
    "email_ci": "text",
    "given_name": "text",
    "family_name": "text",
    "display_name": "text",
    "active": "boolean",
    "attributes": "jsonb",
}
_COLUMNS: Final = ", ".join(_SENT)
_TYPED: Final = ", ".join(f"{column} {kind}" for column, kind in _SENT.items())
# Names are taken in one order, so that two sets with the same people wait for each other and not
# in a circle; of the same name the first in the set is taken, as its id is lower.
_INSERT: Final = f"""
WITH made AS (
  INSERT INTO accounts_user (
    tenant_id, role, created, last_modified, source_ids, version, {_COLUMNS}
  )
  SELECT %s, %s, %s, %s, array_remove(ARRAY[%s::bigint], NULL), 1, {_COLUMNS}
  FROM json_to_recordset(%s) AS sent({_TYPED})
  ORDER BY user_name_ci COLLATE "C", id
  ON CONFLICT (tenant_id, user_name_ci) DO NOTHING
  RETURNING tenant_id, created, id, display_name, given_name, family_name, user_name, active, role
)
{INSERT}
SELECT tenant_id, created, %s, 'user.created', 'user', id::text,
  {name_beside_user_name_sql("made")},
  jsonb_build_object('active', active, 'role', role), %s
FROM made ORDER BY id RETURNING target_id
"""  # noqa: S608 - columns that are listed above


def create_users(*, many: Sequence[UserFields]) -> list[str | None]:
    """Create the members whose ``userName`` is free, and return their ids in the order of ``many``.

    ``None`` stands for somebody whose name is taken, in the active tenant or earlier in ``many``,
    or is none that anybody can have; nothing was done about them.
    """
    if not many:
        return []
    tenant, now = active_tenant_id(), timezone.now()
    ids = uuid7_texts(len(many))
    rows = [row for pair in zip(ids, many, strict=True) if (row := _row(*pair))]
    sent = orjson.dumps(rows).decode()
    values: list[Any] = [tenant, Role.MEMBER, now, now, audit.acting_source(), sent]
    values += [audit.acting(), request_id.current()]
    with prepared_cursor() as cursor:
        cursor.execute(_INSERT, values)
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
    return {
        **keys,
        "id": user_id,
        "password": unusable_password(),
        "user_name": values.user_name,
        "external_id": values.external_id,
        "email": values.email,
        "given_name": values.given_name,
        "family_name": values.family_name,
        "display_name": values.display_name,
        "active": values.active,
        "attributes": values.attributes,
    }
