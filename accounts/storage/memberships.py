"""Questions about who is in which group, directly or through nested groups.

Each answer costs one statement, whatever the size of the groups: PostgreSQL follows the nesting.
Every question is asked about the active tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from accounts.storage.nesting import closure_above, closure_below
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection

BELOW: Final = f"WITH RECURSIVE {closure_below('SELECT unnest(%(groups)s::uuid[])')}"
"""How a statement begins that asks about ``%(groups)s``, of a ``%(tenant)s``, and those nested in
them.
"""
_AROUND: Final = f"WITH RECURSIVE {closure_above('SELECT unnest(%(groups)s::uuid[])')}"
_OF_EACH_ROLE: Final = closure_below(
    """SELECT mapped_role, id FROM accounts_directorygroup
        WHERE tenant_id = %(tenant)s AND id = ANY(%(groups)s::uuid[]) AND mapped_role <> ''""",
    carried={"role": "below.role"},
)
_OF_EACH_PERSON: Final = closure_above(
    """SELECT user_id, group_id FROM accounts_directorygroupmember
        WHERE tenant_id = %(tenant)s AND user_id = ANY(%(users)s::uuid[])""",
    name="reached",
    carried={"user_id": "reached.user_id"},
)
_BELOW_ROLES: Final = f"WITH RECURSIVE {_OF_EACH_ROLE}"
_REACHED: Final = f"WITH RECURSIVE {_OF_EACH_PERSON}"


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


def groups_above(group_ids: Collection[UUID]) -> set[UUID]:
    """Return these groups and every group that one of them is nested in."""
    rows = _rows(_AROUND, "SELECT group_id FROM above", groups=list(group_ids))
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
        _AROUND,
        """
        SELECT true FROM accounts_directorygroup found JOIN above ON above.group_id = found.id
        WHERE found.tenant_id = %(tenant)s AND found.mapped_role <> '' LIMIT 1
        """,
        groups=list(group_ids),
    )
    return bool(rows)


def count_people_given_a_role(group_ids: Collection[UUID]) -> dict[str, int]:
    """Return how many people each role reaches through these groups, also through nesting."""
    rows = _rows(
        _BELOW_ROLES,
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
        cursor.execute(f"{closure} {select}", {"tenant": active_tenant_id(), **parameters})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
