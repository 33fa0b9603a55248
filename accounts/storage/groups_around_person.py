"""Which directory groups one person is in, and which of them give a role or a profile.

Each answer costs one statement and has a limit, also for who is in thousands of groups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from accounts.storage.nesting import closure_above
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

_DIRECTLY_IN: Final = """SELECT {columns}group_id FROM accounts_directorygroupmember
        WHERE tenant_id = %(tenant)s AND user_id = %(person)s"""
_REACHED: Final = f"WITH RECURSIVE {closure_above(_DIRECTLY_IN.format(columns=''), name='reached')}"
_ARRIVED: Final = closure_above(
    _DIRECTLY_IN.format(columns="NULL::uuid, "),
    name="reached",
    carried={"through": "edge.member_group_id"},
)
_GROUPS: Final = f"""
WITH RECURSIVE {_ARRIVED}
SELECT found.id, found.display_name, coalesce(inner_group.display_name, ''), count(*) OVER ()
FROM (
    SELECT group_id, bool_or(through IS NULL) AS is_direct, min(through::text)::uuid AS through
    FROM reached GROUP BY group_id
) once
JOIN accounts_directorygroup found ON found.tenant_id = %(tenant)s AND found.id = once.group_id
LEFT JOIN accounts_directorygroup inner_group
    ON NOT once.is_direct AND inner_group.tenant_id = %(tenant)s AND inner_group.id = once.through
ORDER BY once.is_direct DESC, found.display_name_ci, found.id LIMIT %(most)s
"""  # noqa: S608 - parts of ours
_ROLE: Final = f"""
{_REACHED}
SELECT found.id, found.display_name, '', count(*) OVER ()
FROM (SELECT DISTINCT group_id FROM reached) once
JOIN accounts_directorygroup found ON found.tenant_id = %(tenant)s AND found.id = once.group_id
WHERE found.mapped_role = %(role)s
ORDER BY found.display_name_ci, found.id LIMIT %(most)s
"""  # noqa: S608 - parts of ours
_PROFILES: Final = f"""
{_REACHED}
SELECT DISTINCT ON (mapping.profile_id) mapping.profile_id, found.id, found.display_name
FROM reached
JOIN accounts_directorygroupprofile mapping
    ON mapping.tenant_id = %(tenant)s AND mapping.group_id = reached.group_id
JOIN accounts_directorygroup found
    ON found.tenant_id = %(tenant)s AND found.id = mapping.group_id
WHERE mapping.profile_id = ANY(%(profiles)s::bigint[])
ORDER BY mapping.profile_id, found.display_name_ci, found.id
"""  # noqa: S608 - parts of ours


class GroupAround(NamedTuple):
    """A directory group that somebody is in; ``through`` names the one nested in it, if any."""

    id: UUID
    name: str
    through: str = ""


class Around(NamedTuple):
    """The first of some groups, and how many there are."""

    first: list[GroupAround]
    number: int


def groups_around(person: UUID, *, most: int) -> Around:
    """Return the groups of a person of the active tenant: those that name them come first."""
    return _around(_GROUPS, person=person, most=most)


def groups_giving_role(person: UUID, role: str, *, most: int) -> Around:
    """Return those of their groups that give their members this role."""
    return _around(_ROLE, person=person, role=role, most=most)


def groups_giving_profiles(person: UUID, profiles: Collection[int]) -> dict[int, GroupAround]:
    """Return for each of these access profiles that a group of theirs gives, the first such."""
    rows = _rows(_PROFILES, person=person, profiles=list(profiles))
    return {profile: GroupAround(key, name) for profile, key, name in rows}


def _around(statement: str, **parameters: Any) -> Around:
    rows = _rows(statement, **parameters)
    return Around([GroupAround(*row[:3]) for row in rows], rows[0][3] if rows else 0)


def _rows(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"tenant": active_tenant_id(), **parameters})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
