"""The SQL that reads the members of groups of all three kinds."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from accounts.person_names import person_name_sql
from scim.storage.group_rows import PROFILE_PREFIX, ROLE_PREFIX, GroupKind

if TYPE_CHECKING:
    from collections.abc import Iterable

GROUP_MARK: Final = "group:"
"""What precedes the id of a member that is a group, where ids stand side by side as text."""


class _Wanted(NamedTuple):
    """How the groups of a kind are named: a list of keys of this type, ``prefix`` before each."""

    parameter: str
    type: str
    prefix: str


class _Part(NamedTuple):
    """Where members of groups of a kind are; ``rows`` leaves open of which group.

    ``order`` is that of an index, which leads the planner to it however uneven the groups are;
    ``place`` is what members are shown in the order of.
    """

    kind: GroupKind
    user: str
    group: str
    place: str
    rows: str
    order: str


_WANTED: Final = {
    GroupKind.ROLE: _Wanted("roles", "text", f"'{ROLE_PREFIX}' || "),
    GroupKind.PROFILE: _Wanted("profiles", "bigint", f"'{PROFILE_PREFIX}' || "),
    GroupKind.DIRECTORY: _Wanted("groups", "uuid", ""),
}
_PARTS: Final = (
    # A role is compared as a range, because only the index that holds it has the order by role
    # and id; an equality would let the planner walk all users of the tenant for a role that few
    # hold.
    _Part(
        GroupKind.ROLE,
        "u.id",
        "NULL::uuid",
        "u.id",
        "accounts_user u WHERE u.tenant_id = %(tenant)s AND u.role >= {key} AND u.role <= {key}",
        "u.role, u.id",
    ),
    _Part(
        GroupKind.PROFILE,
        "m.user_id",
        "NULL::uuid",
        "m.id",
        "accounts_profilemembership m WHERE m.tenant_id = %(tenant)s AND m.profile_id = {key}",
        "m.user_id",
    ),
    _Part(
        GroupKind.DIRECTORY,
        "m.user_id",
        "NULL::uuid",
        "m.id",
        "accounts_directorygroupmember m "
        "WHERE m.tenant_id = %(tenant)s AND m.group_id = {key} AND m.user_id IS NOT NULL",
        "m.user_id",
    ),
    _Part(
        GroupKind.DIRECTORY,
        "NULL::uuid",
        "m.member_group_id",
        "m.id",
        "accounts_directorygroupmember m "
        "WHERE m.tenant_id = %(tenant)s AND m.group_id = {key} AND m.member_group_id IS NOT NULL",
        "m.member_group_id",
    ),
)
_NAME: Final = person_name_sql("u")
_ALL_NAMED: Final = {
    GroupKind.ROLE: f"""
SELECT u.id::text, FALSE, {_NAME}
FROM accounts_user u WHERE u.tenant_id = %(tenant)s AND u.role = %(key)s
ORDER BY u.id
""",
    GroupKind.PROFILE: f"""
SELECT u.id::text, FALSE, {_NAME}
FROM accounts_profilemembership pm JOIN accounts_user u ON u.id = pm.user_id
WHERE pm.tenant_id = %(tenant)s AND pm.profile_id = %(key)s
ORDER BY pm.id
""",
    GroupKind.DIRECTORY: f"""
SELECT COALESCE(m.user_id, m.member_group_id)::text, m.user_id IS NULL,
  COALESCE({_NAME}, inner_group.display_name)
FROM accounts_directorygroupmember m
LEFT JOIN accounts_user u ON u.id = m.user_id
LEFT JOIN accounts_directorygroup inner_group ON inner_group.id = m.member_group_id
WHERE m.tenant_id = %(tenant)s AND m.group_id = %(key)s::uuid
ORDER BY m.id
""",
}
# As text, numbers are ordered by their size and ids by their digits.
_IN_ORDER: Final = 'length(found.place), found.place COLLATE "C"'


@cache
def all_named(kind: GroupKind) -> str:
    """Return the statement for all members of one group: (id, whether it is a group, name).

    Parameters are ``tenant`` and ``key``.
    """
    return _ALL_NAMED[kind]


@cache
def few_ids(kind: GroupKind) -> str:
    """Return the statement for (whether there are too many people, the ids as one text).

    Parameters are ``tenant``, ``key`` and ``most``.  Of a group with more people no more than one
    above is looked at, in an index; of nested groups there may be one more than ``most``.
    """
    of_kind = [part for part in _PARTS if part.kind == kind]
    rows = of_kind[0].rows.format(key=_key(kind))
    above = f"SELECT FROM {rows} ORDER BY {of_kind[0].order} OFFSET %(most)s LIMIT 1"
    parts = " UNION ALL ".join(
        f"({_ids(part)} ORDER BY {part.order} LIMIT %(most)s + 1)" for part in of_kind
    )
    few = f"SELECT string_agg(found.member, ',' ORDER BY found.place) FROM ({parts}) found"
    return (
        "SELECT size.above, CASE WHEN NOT size.above THEN "
        f"({few}) END FROM (SELECT EXISTS ({above}) AS above OFFSET 0) size"
    )


@cache
def ids_of_page(kinds: frozenset[GroupKind]) -> str:
    """Return the statement for (group, how many, the ids as one text), of groups with members.

    Parameters are ``tenant``, ``roles``, ``profiles``, ``groups`` and ``most``; at most one
    member of each sort above ``most`` is read.
    """
    return f"""
SELECT found.group_id, count(*), string_agg(
  CASE WHEN found.user_id IS NULL THEN '{GROUP_MARK}' || found.member_group_id
    ELSE found.user_id::text END, ',' ORDER BY {_IN_ORDER})
FROM ({_page(kinds)}) found GROUP BY found.group_id
"""


@cache
def named_of_page(kinds: frozenset[GroupKind]) -> str:
    """Return the statement for (group, id, whether it is a group, name).

    Parameters are those of :func:`ids_of_page`.
    """
    # Names are looked up one by one: the planner would rather read every user for a join.
    return f"""
SELECT found.group_id, COALESCE(found.user_id, found.member_group_id)::text,
  found.user_id IS NULL,
  CASE WHEN found.user_id IS NULL
    THEN (SELECT d.display_name FROM accounts_directorygroup d WHERE d.id = found.member_group_id)
    ELSE (SELECT {_NAME} FROM accounts_user u WHERE u.id = found.user_id) END
FROM ({_page(kinds)}) found ORDER BY {_IN_ORDER}
"""


def _key(kind: GroupKind) -> str:
    return f"%(key)s::{_WANTED[kind].type}"


def _ids(part: _Part) -> str:
    member = f"'{GROUP_MARK}' || {part.group}" if part.user.startswith("NULL") else part.user
    rows = part.rows.format(key=_key(part.kind))
    return f"SELECT {part.place} AS place, ({member})::text AS member FROM {rows}"


def _page(kinds: Iterable[GroupKind]) -> str:
    return " UNION ALL ".join(_of_each(part) for part in _PARTS if part.kind in kinds)


def _of_each(part: _Part) -> str:
    wanted = _WANTED[part.kind]
    return f"""
  SELECT ({wanted.prefix}wanted.id)::text AS group_id, member.*
  FROM unnest(%({wanted.parameter})s::{wanted.type}[]) AS wanted(id) CROSS JOIN LATERAL (
    SELECT {part.user} AS user_id, {part.group} AS member_group_id, {part.place}::text AS place
    FROM {part.rows.format(key="wanted.id")}
    ORDER BY {part.order} LIMIT %(most)s + 1
  ) member"""
