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
_OF_ONE: Final = {
    GroupKind.ROLE: f"""
SELECT u.id::text, FALSE, {_NAME}
FROM accounts_user u WHERE u.tenant_id = %(tenant)s AND u.role = %(group)s
ORDER BY u.id
""",
    GroupKind.PROFILE: f"""
SELECT u.id::text, FALSE, {_NAME}
FROM accounts_profilemembership pm JOIN accounts_user u ON u.id = pm.user_id
WHERE pm.tenant_id = %(tenant)s AND pm.profile_id = %(group)s
ORDER BY pm.id
""",
    GroupKind.DIRECTORY: f"""
SELECT COALESCE(m.user_id, m.member_group_id)::text, m.user_id IS NULL,
  COALESCE({_NAME}, inner_group.display_name)
FROM accounts_directorygroupmember m
LEFT JOIN accounts_user u ON u.id = m.user_id
LEFT JOIN accounts_directorygroup inner_group ON inner_group.id = m.member_group_id
WHERE m.tenant_id = %(tenant)s AND m.group_id = %(group)s::uuid
ORDER BY m.id
""",
}
# The inner orders are those of indexes, which leads the planner to them however uneven the groups
# are; the order that is shown is made afterwards, for a group over the limit is not shown at all.
# A role is compared as a range, because only the index that holds it has the order by role and
# id; an equality would let the planner walk all users of the tenant for a role that few hold.
# Names are looked up one by one: the planner would rather read every user for a join.
_OF_MANY: Final = f"""
SELECT found.group_id, COALESCE(found.user_id, found.member_group_id)::text,
  found.user_id IS NULL,
  CASE WHEN found.user_id IS NULL
    THEN (SELECT d.display_name FROM accounts_directorygroup d WHERE d.id = found.member_group_id)
    ELSE (SELECT {_NAME} FROM accounts_user u WHERE u.id = found.user_id) END,
  found.place
FROM (
  SELECT wanted.id::text AS group_id, member.* FROM unnest(%(groups)s::uuid[]) AS wanted(id)
  CROSS JOIN LATERAL (
    SELECT m.user_id, NULL::uuid AS member_group_id, m.id::text AS place
    FROM accounts_directorygroupmember m
    WHERE m.tenant_id = %(tenant)s AND m.group_id = wanted.id AND m.user_id IS NOT NULL
    ORDER BY m.user_id LIMIT %(limit)s
  ) member
  UNION ALL
  SELECT wanted.id::text, member.* FROM unnest(%(groups)s::uuid[]) AS wanted(id)
  CROSS JOIN LATERAL (
    SELECT NULL::uuid, m.member_group_id, m.id::text FROM accounts_directorygroupmember m
    WHERE m.tenant_id = %(tenant)s AND m.group_id = wanted.id AND m.member_group_id IS NOT NULL
    ORDER BY m.member_group_id LIMIT %(limit)s
  ) member
  UNION ALL
  SELECT '{PROFILE_PREFIX}' || wanted.id, member.* FROM unnest(%(profiles)s::bigint[]) AS wanted(id)
  CROSS JOIN LATERAL (
    SELECT pm.user_id, NULL::uuid, pm.id::text FROM accounts_profilemembership pm
    WHERE pm.tenant_id = %(tenant)s AND pm.profile_id = wanted.id
    ORDER BY pm.user_id LIMIT %(limit)s
  ) member
  UNION ALL
  SELECT '{ROLE_PREFIX}' || wanted.id, member.* FROM unnest(%(roles)s::text[]) AS wanted(id)
  CROSS JOIN LATERAL (
    SELECT u.id, NULL::uuid, u.id::text FROM accounts_user u
    WHERE u.tenant_id = %(tenant)s AND u.role >= wanted.id AND u.role <= wanted.id
    ORDER BY u.role, u.id LIMIT %(limit)s
  ) member
) found
"""


def all_members(row: GroupRow) -> list[dict[str, Any]]:
    """Return every direct member of a group, with one statement."""
    group: str | int = row.role.value if row.kind == GroupKind.ROLE else row.number or row.id
    with connection.cursor() as cursor:
        cursor.execute(_OF_ONE[row.kind], {"tenant": active_tenant_id(), "group": group})
        return _elements(cursor)


def few_members(row: GroupRow) -> list[dict[str, Any]] | None:
    """Return the direct members, or ``None`` if there are more than :data:`SHOWN`."""
    return members_of_page([row])[row.id]


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
