"""Reading groups for SCIM: roles, access profiles and directory groups as rows of one shape.

The three kinds are one relation ``g``, so that one filter, one order and one page span them.
PostgreSQL leaves out the kinds that a condition excludes, and uses each table's own indexes.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

import orjson
from django.db import models

from accounts.group_kinds.fixed_names import ROLE_NAMES, profile_group_name
from accounts.identifiers import read_uuid, uuid_of
from accounts.models import AccessProfile, DirectoryGroup, Role
from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import active_tenant_id
from scim.limits import SHOWN_AFTER_CHANGE
from scim.protocol.errors import NotFoundError
from scim.queries.filter_query import quoted
from scim.queries.name_columns import KEY_OF_PROFILE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_ModelT = TypeVar("_ModelT", bound=models.Model)

ROLE_PREFIX: Final = "role:"
PROFILE_PREFIX: Final = "profile:"
_PROFILE_ID: Final = re.compile(r"profile:([1-9][0-9]{0,17})")


class GroupKind(IntEnum):
    """What a Group is in Gatehouse, in the order of a list."""

    ROLE = 0
    PROFILE = 1
    DIRECTORY = 2


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as it was read.

    ``number`` is the place of a role among the roles, or the primary key of a profile.  A role
    has no version: who holds it is recorded on the users.  ``is_large`` tells that the answer to
    a change shows no members, if that is known already.
    """

    kind: GroupKind
    number: int
    id: str
    display_name: str
    external_id: str
    created: datetime
    last_modified: datetime
    version: int | None
    attributes: dict[str, Any]
    is_large: bool = False

    @property
    def model(self) -> DirectoryGroup | AccessProfile | Role:
        """What the group is in the accounts."""
        if self.kind == GroupKind.ROLE:
            return self.role
        return self.profile if self.kind == GroupKind.PROFILE else self.directory_group

    @property
    def role(self) -> Role:
        """The role that this group stands for."""
        return Role(self.id.removeprefix(ROLE_PREFIX))

    @property
    def profile(self) -> AccessProfile:
        """The access profile, as a model instance made without reading again."""
        return _loaded(
            AccessProfile,
            id=self.number,
            name=self.display_name.removeprefix(profile_group_name("")),
            external_id=self.external_id,
            is_default=False,
            version=self.version,
        )

    @property
    def directory_group(self) -> DirectoryGroup:
        """The directory group, as a model instance made without reading again."""
        return _loaded(
            DirectoryGroup,
            id=uuid_of(self.id),
            display_name=self.display_name,
            external_id=self.external_id,
            attributes=self.attributes,
            created=self.created,
            last_modified=self.last_modified,
            version=self.version,
        )


def _loaded(model: type[_ModelT], **columns: object) -> _ModelT:
    """Return an instance with these columns of a row, in the order that Django expects."""
    columns["tenant_id"] = active_tenant_id()
    names = [field.attname for field in model._meta.concrete_fields if field.attname in columns]
    return model.from_db("default", names, [columns[name] for name in names])


def row_of(group: DirectoryGroup, *, is_large: bool = False) -> GroupRow:
    """Return the row of a directory group that was just written."""
    return GroupRow(
        kind=GroupKind.DIRECTORY,
        number=0,
        id=str(group.pk),
        display_name=group.display_name,
        external_id=group.external_id,
        created=group.created,
        last_modified=group.last_modified,
        version=group.version,
        attributes=group.attributes,
        is_large=is_large,
    )


COLUMNS: Final = (
    "g.kind, g.number, g.id, g.display_name, g.external_id, g.created, g.last_modified, "
    "g.version, g.attributes"
)


ALL_KINDS: Final = tuple(GroupKind)
FIXED_KINDS: Final = (GroupKind.ROLE, GroupKind.PROFILE)


def relation(tenant_id: int, kinds: Sequence[GroupKind] = ALL_KINDS) -> str:
    """Return the table expression ``(…) g`` of the groups that SCIM may see of a tenant."""
    leaves = [_LEAVES[kind].format(tenant=int(tenant_id)) for kind in kinds]
    return f"({' UNION ALL '.join(leaves)}) g"


def read_group(key: str) -> GroupRow:
    """Return the group with that id, with one statement; its members are not read.

    Raises:
        NotFoundError: The active tenant has no such group, or it is the default profile.
    """
    kind, value = _place(key)
    return read_row(_fetched(key, _BY_KEY[kind], [active_tenant_id(), value]))


def read_group_to_change(key: str) -> GroupRow:
    """Do as :func:`read_group`, and tell of a directory group whether it is large.

    Raises:
        NotFoundError: See :func:`read_group`.
    """
    kind, value = _place(key)
    if kind != GroupKind.DIRECTORY:
        return read_group(key)
    tenant = active_tenant_id()
    row = _fetched(key, _BY_KEY_WITH_SIZE, [tenant, SHOWN_AFTER_CHANGE, tenant, value])
    return read_row(row[1:], is_large=row[0])


def _fetched(key: str, statement: str, params: Sequence[Any]) -> Sequence[Any]:
    with prepared_cursor() as cursor:
        cursor.execute(statement, params)
        row: Sequence[Any] | None = cursor.fetchone()
    if row is None:
        raise _unknown(key)
    return row


def read_row(row: Sequence[Any], *, is_large: bool = False) -> GroupRow:
    """Return the group in a row of :data:`COLUMNS`."""
    attributes = row[-1]
    if isinstance(attributes, str):
        attributes = orjson.loads(attributes)
    return GroupRow(
        kind=GroupKind(row[0]),
        number=row[1],
        id=row[2],
        display_name=row[3],
        external_id=row[4],
        created=row[5],
        last_modified=row[6],
        version=row[7],
        attributes=attributes,
        is_large=is_large,
    )


def _place(key: str) -> tuple[GroupKind, str | int | uuid.UUID]:
    if key.startswith(ROLE_PREFIX) and key.removeprefix(ROLE_PREFIX) in ROLE_NAMES:
        return GroupKind.ROLE, key
    profile = _PROFILE_ID.fullmatch(key)
    if profile:
        return GroupKind.PROFILE, int(profile[1])
    value = read_uuid(key)
    if value is None:
        raise _unknown(key)
    return GroupKind.DIRECTORY, value


def _unknown(key: str) -> NotFoundError:
    return NotFoundError(f"There is no group {key[:100]!r} in this tenant.")


_ROLES: Final = ", ".join(
    f"({number}, {quoted(ROLE_PREFIX + role)}, {quoted(label)})"
    for number, (role, label) in enumerate(ROLE_NAMES.items())
)
_PROFILE_NAME: Final = f"{quoted(profile_group_name(''))} || p.name"
_LEAVES: Final = (
    f"""
    SELECT 0 AS kind, r.number::bigint AS number, NULL::uuid AS uid, r.id::text AS id,
      r.label::text AS display_name, lower(r.label)::text AS display_name_ci,
      ''::text AS external_id, t.created AS created, t.created AS last_modified,
      NULL::integer AS version, '{{{{}}}}'::jsonb AS attributes
    FROM accounts_tenant t CROSS JOIN (VALUES {_ROLES}) AS r(number, id, label)
    WHERE t.id = {{tenant}}
    """,
    f"""
    SELECT 1 AS kind, p.id::bigint AS number, NULL::uuid AS uid,
      ('{PROFILE_PREFIX}' || p.id)::text AS id, ({_PROFILE_NAME})::text AS display_name,
      ({KEY_OF_PROFILE.format(column="p.name_ci")})::text AS display_name_ci,
      p.external_id::text AS external_id, p.created, p.last_modified, p.version,
      '{{{{}}}}'::jsonb AS attributes
    FROM accounts_accessprofile p WHERE p.tenant_id = {{tenant}} AND NOT p.is_default
    """,
    """
    SELECT 2 AS kind, 0::bigint AS number, d.id AS uid, d.id::text AS id,
      d.display_name::text AS display_name, d.display_name_ci::text AS display_name_ci,
      d.external_id::text AS external_id, d.created, d.last_modified, d.version, d.attributes
    FROM accounts_directorygroup d WHERE d.tenant_id = {tenant}
    """,
)
"""One for each :class:`GroupKind`, with the same columns and types."""
_KEYS: Final = {GroupKind.ROLE: "g.id", GroupKind.PROFILE: "g.number", GroupKind.DIRECTORY: "g.uid"}
_BY_KEY: Final = {
    kind: f"SELECT {COLUMNS} FROM ({_LEAVES[kind].format(tenant='%s')}) g WHERE {key} = %s"
    for kind, key in _KEYS.items()
}
# Who is in a large group is not looked at beyond the limit; the order is that of an index.
_BY_KEY_WITH_SIZE: Final = _BY_KEY[GroupKind.DIRECTORY].replace(
    "SELECT",
    """SELECT EXISTS (
      SELECT FROM accounts_directorygroupmember m
      WHERE m.tenant_id = %s AND m.group_id = g.uid AND m.user_id IS NOT NULL
      ORDER BY m.user_id OFFSET %s LIMIT 1
    ),""",
    1,
)
