"""Questions about who is in which group, directly or through nested groups.

Each answer costs one statement, whatever the size of the groups: PostgreSQL follows the nesting.
Every question is asked about the active tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db import connection

from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection

BELOW = """
    WITH RECURSIVE below(group_id) AS (
        SELECT unnest(%(groups)s::uuid[])
        UNION
        SELECT child.member_group_id FROM accounts_directorygroupmember child
        JOIN below ON child.group_id = below.group_id
        WHERE child.tenant_id = %(tenant)s AND child.member_group_id IS NOT NULL
    )
"""
"""How a statement begins that asks about ``%(groups)s``, of a ``%(tenant)s``, and those nested in
them.
"""
_REACHED = """
    WITH RECURSIVE reached(user_id, group_id, direct) AS (
        SELECT user_id, group_id, true FROM accounts_directorygroupmember
        WHERE tenant_id = %(tenant)s AND user_id = ANY(%(users)s::uuid[])
        UNION
        SELECT reached.user_id, parent.group_id, false FROM accounts_directorygroupmember parent
        JOIN reached ON parent.member_group_id = reached.group_id
        WHERE parent.tenant_id = %(tenant)s
    )
"""


class MappedGroup(NamedTuple):
    """What a directory group gives its members; ``role`` is empty when it maps to none."""

    id: UUID
    role: str
    profile_ids: list[int]


class MappedTo(NamedTuple):
    """What all the directory groups of one person together give them."""

    roles: list[str]
    profile_ids: list[int]


def groups_below(group_ids: Collection[UUID]) -> set[UUID]:
    """Return these groups and every group that is nested in them."""
    rows = _rows(BELOW, "SELECT group_id FROM below", groups=list(group_ids))
    return {row[0] for row in rows}


def people_below(group_ids: Collection[UUID]) -> list[UUID]:
    """Return everybody in these groups, also through nesting, in the order of their ids."""
    rows = _rows(
        BELOW,
        """
        SELECT DISTINCT member.user_id FROM accounts_directorygroupmember member
        JOIN below ON member.group_id = below.group_id
        WHERE member.tenant_id = %(tenant)s AND member.user_id IS NOT NULL
        ORDER BY member.user_id
        """,
        groups=list(group_ids),
    )
    return [row[0] for row in rows]


def gives_a_role(group_ids: Collection[UUID]) -> bool:
    """Whether one of these groups, or a group around one, gives its members a role."""
    rows = _rows(
        """
        WITH RECURSIVE around(group_id) AS (
            SELECT unnest(%(groups)s::uuid[])
            UNION
            SELECT parent.group_id FROM accounts_directorygroupmember parent
            JOIN around ON parent.member_group_id = around.group_id
            WHERE parent.tenant_id = %(tenant)s
        )
        """,
        """
        SELECT true FROM accounts_directorygroup found JOIN around ON around.group_id = found.id
        WHERE found.tenant_id = %(tenant)s AND found.mapped_role <> '' LIMIT 1
        """,
        groups=list(group_ids),
    )
    return bool(rows)


def count_people_given_a_role(group_ids: Collection[UUID]) -> dict[str, int]:
    """Return how many people each role reaches through these groups, also through nesting."""
    rows = _rows(
        """
        WITH RECURSIVE below(role, group_id) AS (
            SELECT mapped_role, id FROM accounts_directorygroup
            WHERE tenant_id = %(tenant)s AND id = ANY(%(groups)s::uuid[]) AND mapped_role <> ''
            UNION
            SELECT below.role, child.member_group_id FROM accounts_directorygroupmember child
            JOIN below ON child.group_id = below.group_id
            WHERE child.tenant_id = %(tenant)s AND child.member_group_id IS NOT NULL
        )
        """,
        """
        SELECT below.role, count(DISTINCT member.user_id)
        FROM accounts_directorygroupmember member JOIN below ON member.group_id = below.group_id
        WHERE member.tenant_id = %(tenant)s AND member.user_id IS NOT NULL
        GROUP BY below.role ORDER BY below.role
        """,
        groups=list(group_ids),
    )
    return dict(rows)


def mapped_to(user_ids: Collection[UUID]) -> dict[UUID, MappedTo]:
    """Return what their directory groups give these people; those in no group are left out."""
    rows = _rows(
        _REACHED,
        """
        SELECT user_id,
            array_remove(array_agg(DISTINCT NULLIF(found.mapped_role, '')), NULL),
            array_remove(array_agg(DISTINCT mapping.profile_id), NULL)
        FROM reached JOIN accounts_directorygroup found ON found.id = reached.group_id
        LEFT JOIN accounts_directorygroupprofile mapping ON mapping.group_id = found.id
        GROUP BY user_id
        """,
        users=list(user_ids),
    )
    return {row[0]: MappedTo(row[1], row[2]) for row in rows}


def groups_reached(user_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return the directory groups of each person, also through nesting."""
    rows = _rows(_REACHED, "SELECT DISTINCT user_id, group_id FROM reached", users=list(user_ids))
    reached: dict[UUID, set[UUID]] = {}
    for user_id, group_id in rows:
        reached.setdefault(user_id, set()).add(group_id)
    return reached


def _rows(closure: str, select: str, **parameters: list[UUID]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(closure + select, {"tenant": active_tenant_id(), **parameters})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
