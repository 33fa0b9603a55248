"""Members of groups, read straight into the elements of ``members``.

A list shows the members of a group of up to :data:`SHOWN`; a larger group's are read by its id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection

from accounts.scoping import active_tenant_id
from scim.group_rows import PROFILE_PREFIX, ROLE_PREFIX, GroupKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scim.group_rows import GroupRow

SHOWN: Final = 1_000
"""Members of one group that a list, or the answer to a change, shows; above, none of them."""

_NAME: Final = "COALESCE(NULLIF(u.display_name, ''), u.user_name)"
_OF_DIRECTORY_GROUP: Final = f"""
SELECT COALESCE(m.user_id, m.member_group_id)::text AS id, m.user_id IS NULL AS is_group,
  COALESCE({_NAME}, inner_group.display_name) AS display, m.id::text AS place
FROM accounts_directorygroupmember m
LEFT JOIN accounts_user u ON u.id = m.user_id
LEFT JOIN accounts_directorygroup inner_group ON inner_group.id = m.member_group_id
WHERE m.tenant_id = %(tenant)s AND m.group_id = {{group}}
"""
_OF_PROFILE: Final = f"""
SELECT u.id::text AS id, FALSE AS is_group, {_NAME} AS display, pm.id::text AS place
FROM accounts_profilemembership pm JOIN accounts_user u ON u.id = pm.user_id
WHERE pm.tenant_id = %(tenant)s AND pm.profile_id = {{group}}
"""
_OF_ROLE: Final = f"""
SELECT u.id::text AS id, FALSE AS is_group, {_NAME} AS display, u.id::text AS place
FROM accounts_user u WHERE u.tenant_id = %(tenant)s AND u.role = {{group}}
"""
_OF_ONE: Final = {
    GroupKind.ROLE: _OF_ROLE.format(group="%(group)s"),
    GroupKind.PROFILE: _OF_PROFILE.format(group="%(group)s"),
    GroupKind.DIRECTORY: _OF_DIRECTORY_GROUP.format(group="%(group)s::uuid"),
}
_ORDERS: Final = {
    GroupKind.ROLE: "u.id",
    GroupKind.PROFILE: "pm.id",
    GroupKind.DIRECTORY: "m.id",
}
# Without an order inside: a group that is over the limit is not shown, so any rows will do.
_OF_MANY: Final = f"""
SELECT wanted.id::text AS group_id, member.* FROM unnest(%(groups)s::uuid[]) AS wanted(id)
CROSS JOIN LATERAL ({_OF_DIRECTORY_GROUP.format(group="wanted.id")} LIMIT %(limit)s) member
UNION ALL
SELECT '{PROFILE_PREFIX}' || wanted.id, member.* FROM unnest(%(profiles)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL ({_OF_PROFILE.format(group="wanted.id")} LIMIT %(limit)s) member
UNION ALL
SELECT '{ROLE_PREFIX}' || wanted.id, member.* FROM unnest(%(roles)s::text[]) AS wanted(id)
CROSS JOIN LATERAL ({_OF_ROLE.format(group="wanted.id")} LIMIT %(limit)s) member
"""


def all_members(row: GroupRow) -> list[dict[str, Any]]:
    """Return every direct member of a group, with one statement."""
    return _members_of(row, limit=None)


def few_members(row: GroupRow) -> list[dict[str, Any]] | None:
    """Return the direct members, or ``None`` if there are more than :data:`SHOWN`."""
    members = _members_of(row, limit=SHOWN + 1)
    return members if len(members) <= SHOWN else None


def members_of_page(rows: Sequence[GroupRow]) -> dict[str, list[dict[str, Any]] | None]:
    """Return :func:`few_members` of each group by its id, with one statement for all of them."""
    parameters: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "limit": SHOWN + 1,
        "groups": [row.id for row in rows if row.kind == GroupKind.DIRECTORY],
        "profiles": [row.number for row in rows if row.kind == GroupKind.PROFILE],
        "roles": [row.role.value for row in rows if row.kind == GroupKind.ROLE],
    }
    found: dict[str, list[tuple[str, bool, str, str]]] = {row.id: [] for row in rows}
    with connection.cursor() as cursor:
        cursor.execute(_OF_MANY, parameters)
        for group_id, *member in cursor:
            found[group_id].append((member[0], member[1], member[2], member[3]))
    return {
        group_id: _elements(sorted(members, key=_place)) if len(members) <= SHOWN else None
        for group_id, members in found.items()
    }


def _members_of(row: GroupRow, *, limit: int | None) -> list[dict[str, Any]]:
    statement = f"{_OF_ONE[row.kind]} ORDER BY {_ORDERS[row.kind]} LIMIT %(limit)s"
    group: str | int = row.role.value if row.kind == GroupKind.ROLE else row.number or row.id
    with connection.cursor() as cursor:
        cursor.execute(statement, {"tenant": active_tenant_id(), "group": group, "limit": limit})
        return _elements(cursor)


def _elements(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    users, groups = f"{settings.BASE_URL}/scim/v2/Users/", f"{settings.BASE_URL}/scim/v2/Groups/"
    return [
        {"value": row[0], "$ref": groups + row[0], "display": row[2], "type": "Group"}
        if row[1]
        else {"value": row[0], "$ref": users + row[0], "display": row[2], "type": "User"}
        for row in rows
    ]


def _place(member: Sequence[Any]) -> tuple[int, str]:
    """Order as the rows of one group are: numbers by size, ids by their digits."""
    return len(member[3]), member[3]
