"""Members of groups, read straight into what an answer shows of them.

A list shows the members of a group of up to :data:`SHOWN`, the answer to a change those of one of
up to :data:`SHOWN_AFTER_CHANGE`; a larger group's are read by its id.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.conf import settings
from django.db import connection

from accounts.prepared import prepared_cursor
from accounts.scoping import active_tenant_id
from scim.group_rows import PROFILE_PREFIX, ROLE_PREFIX, GroupKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scim.group_rows import GroupRow
    from scim.protocol.projection import Projection

    Members = list[dict[str, Any]] | orjson.Fragment
    """Elements of ``members``, or their JSON when they are shown as most clients want them."""

SHOWN: Final = 1_000
"""Members of one group that a list shows; above, none of them."""

SHOWN_AFTER_CHANGE: Final = 100
"""Members of one group that the answer to a change shows; above, none of them.

Nobody who adds one member to a large group wants all the others back, and reading them would cost
more than the change.
"""

_ALWAYS_KNOWN: Final = frozenset({"value", "$ref", "type"})
"""What an element holds unless a client asks for less, or for the name."""

_GROUP_MARK: Final = "group:"
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
_FOUND: Final = {
    GroupKind.ROLE: f"""
  SELECT '{ROLE_PREFIX}' || wanted.id AS group_id, member.*
  FROM unnest(%(roles)s::text[]) AS wanted(id) CROSS JOIN LATERAL (
    SELECT u.id AS user_id, NULL::uuid AS member_group_id, u.id::text AS place
    FROM accounts_user u
    WHERE u.tenant_id = %(tenant)s AND u.role >= wanted.id AND u.role <= wanted.id
    ORDER BY u.role, u.id LIMIT %(most)s
  ) member""",
    GroupKind.PROFILE: f"""
  SELECT '{PROFILE_PREFIX}' || wanted.id AS group_id, member.*
  FROM unnest(%(profiles)s::bigint[]) AS wanted(id) CROSS JOIN LATERAL (
    SELECT pm.user_id, NULL::uuid AS member_group_id, pm.id::text AS place
    FROM accounts_profilemembership pm
    WHERE pm.tenant_id = %(tenant)s AND pm.profile_id = wanted.id
    ORDER BY pm.user_id LIMIT %(most)s
  ) member""",
    GroupKind.DIRECTORY: """
  SELECT wanted.id::text AS group_id, member.*
  FROM unnest(%(groups)s::uuid[]) AS wanted(id) CROSS JOIN LATERAL (
    SELECT m.user_id, NULL::uuid AS member_group_id, m.id::text AS place
    FROM accounts_directorygroupmember m
    WHERE m.tenant_id = %(tenant)s AND m.group_id = wanted.id AND m.user_id IS NOT NULL
    ORDER BY m.user_id LIMIT %(most)s
  ) member
  UNION ALL
  SELECT wanted.id::text, member.* FROM unnest(%(groups)s::uuid[]) AS wanted(id)
  CROSS JOIN LATERAL (
    SELECT NULL::uuid, m.member_group_id, m.id::text FROM accounts_directorygroupmember m
    WHERE m.tenant_id = %(tenant)s AND m.group_id = wanted.id AND m.member_group_id IS NOT NULL
    ORDER BY m.member_group_id LIMIT %(most)s
  ) member""",
}
# Rows of one group are in the order of their keys: numbers by size, ids by their digits.
_IN_ORDER: Final = 'length(found.place), found.place COLLATE "C"'
_IDS: Final = f"""
SELECT found.group_id, count(*), string_agg(
  CASE WHEN found.user_id IS NULL THEN '{_GROUP_MARK}' || found.member_group_id
    ELSE found.user_id::text END, ',' ORDER BY {_IN_ORDER})
FROM ({{found}}) found GROUP BY found.group_id
"""
# Names are looked up one by one: the planner would rather read every user for a join.
_NAMED: Final = f"""
SELECT found.group_id, COALESCE(found.user_id, found.member_group_id)::text,
  found.user_id IS NULL,
  CASE WHEN found.user_id IS NULL
    THEN (SELECT d.display_name FROM accounts_directorygroup d WHERE d.id = found.member_group_id)
    ELSE (SELECT {_NAME} FROM accounts_user u WHERE u.id = found.user_id) END
FROM ({{found}}) found ORDER BY {_IN_ORDER}
"""


def all_members(row: GroupRow) -> list[dict[str, Any]]:
    """Return every direct member of a group with its name, with one statement."""
    group: str | int = row.role.value if row.kind == GroupKind.ROLE else row.number or row.id
    with connection.cursor() as cursor:
        cursor.execute(_OF_ONE[row.kind], {"tenant": active_tenant_id(), "group": group})
        return _named_elements(cursor)


def shown_members(row: GroupRow, shown: Projection, *, most: int | None) -> Members | None:
    """Return what ``shown`` selects of the direct members, with one statement or none.

    ``None`` if it selects nothing of them, or if there are more than ``most``; of these no more
    than one above is read.
    """
    if not shown.selects("members"):
        return None
    if most is None and _are_named(shown):
        return all_members(row)
    return _members([row], shown, most)[row.id]


def members_of_page(rows: Sequence[GroupRow], shown: Projection) -> dict[str, Members | None]:
    """Return :func:`shown_members` of each group by its id, with one statement for all of them."""
    return _members(rows, shown, SHOWN)


def _members(
    rows: Sequence[GroupRow], shown: Projection, most: int | None
) -> dict[str, Members | None]:
    named = _are_named(shown)
    parameters: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "most": None if most is None else most + 1,
        "groups": [row.id for row in rows if row.kind == GroupKind.DIRECTORY],
        "profiles": [row.number for row in rows if row.kind == GroupKind.PROFILE],
        "roles": [row.role.value for row in rows if row.kind == GroupKind.ROLE],
    }
    with prepared_cursor() if len(rows) == 1 else connection.cursor() as cursor:
        cursor.execute(_statement(frozenset(row.kind for row in rows), named=named), parameters)
        found = cursor.fetchall()
    if named:
        return _named_members(rows, found, most)
    texts = {
        group_id: text if most is None or count <= most else None for group_id, count, text in found
    }
    return {row.id: _read_ids(texts.get(row.id, ""), shown) for row in rows}


@lru_cache(maxsize=16)
def _statement(kinds: frozenset[GroupKind], *, named: bool) -> str:
    found = " UNION ALL ".join(_FOUND[kind] for kind in sorted(kinds))
    return (_NAMED if named else _IDS).format(found=found)


def _are_named(shown: Projection) -> bool:
    parts = shown.parts("members")
    return parts is None or "display" in parts


def _named_members(
    rows: Sequence[GroupRow], found: Iterable[Sequence[Any]], most: int | None
) -> dict[str, Members | None]:
    members: dict[str, list[Sequence[Any]]] = {row.id: [] for row in rows}
    for group_id, *member in found:
        members[group_id].append(member)
    return {
        group_id: _named_elements(each) if most is None or len(each) <= most else None
        for group_id, each in members.items()
    }


def _named_elements(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    users, groups = _prefixes(settings.BASE_URL)
    return [
        {"value": row[0], "$ref": groups + row[0], "display": row[2], "type": "Group"}
        if row[1]
        else {"value": row[0], "$ref": users + row[0], "display": row[2], "type": "User"}
        for row in rows
    ]


def _read_ids(text: str | None, shown: Projection) -> Members | None:
    """Return the elements of members whose ids are in ``text``, separated by commas."""
    if text is None:
        return None
    ids = text.split(",") if text else []
    if shown.parts("members") == _ALWAYS_KNOWN:
        return _json_of(ids)
    return _elements(ids)


def _elements(ids: Iterable[str]) -> list[dict[str, Any]]:
    users, groups = _prefixes(settings.BASE_URL)
    return [
        {"value": (key := each.removeprefix(_GROUP_MARK)), "$ref": groups + key, "type": "Group"}
        if each.startswith(_GROUP_MARK)
        else {"value": each, "$ref": users + each, "type": "User"}
        for each in ids
    ]


def _json_of(ids: Iterable[str]) -> orjson.Fragment:
    """Return :func:`_elements` as JSON: ids and our own address need no escaping."""
    users, groups = _prefixes(settings.BASE_URL)
    elements = [
        f'{{"value":"{(key := each[len(_GROUP_MARK) :])}","$ref":"{groups}{key}","type":"Group"}}'
        if each.startswith(_GROUP_MARK)
        else f'{{"value":"{each}","$ref":"{users}{each}","type":"User"}}'
        for each in ids
    ]
    return orjson.Fragment(f"[{','.join(elements)}]")


@lru_cache(maxsize=4)
def _prefixes(base: str) -> tuple[str, str]:
    """Return what precedes the id in the URL of a user and of a group."""
    return f"{base}/scim/v2/Users/", f"{base}/scim/v2/Groups/"
