"""Members of groups, read straight into what an answer shows of them.

A list shows the members of a group of up to :data:`SHOWN`, the answer to a change those of one of
up to :data:`scim.limits.SHOWN_AFTER_CHANGE`; a larger group's are read by its id, of up to
:data:`scim.limits.SHOWN_BY_ID`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from django.db import connection

from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import active_tenant_id
from scim.addresses import groups_url, users_url
from scim.limits import SHOWN_AFTER_CHANGE, SHOWN_BY_ID
from scim.storage.group_rows import GroupKind
from scim.storage.member_statements import (
    GROUP_MARK,
    all_named,
    few_ids,
    ids_of_page,
    named_of_page,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scim.protocol.projection import Projection
    from scim.storage.group_rows import GroupRow

    Members = list[dict[str, Any]] | orjson.Fragment
    """Elements of ``members``, or their JSON when they are shown as most clients want them."""

SHOWN: Final = 1_000
"""Members of one group that a list shows; above, none of them."""

_UNNAMED: Final = frozenset({"value", "$ref", "type"})
"""What an element holds unless a client asks for less, or for the name."""


def all_members(row: GroupRow) -> list[dict[str, Any]]:
    """Return every direct member of a group with its name, with one statement."""
    with connection.cursor() as cursor:
        cursor.execute(all_named(row.kind), _parameters_of(row))
        return _named_elements(cursor)


def shown_members(row: GroupRow, shown: Projection) -> Members | None:
    """Return what ``shown`` selects of up to :data:`scim.limits.SHOWN_BY_ID` direct members.

    ``None`` if it selects nothing of them, or if there are more.  At most one statement.
    """
    if not shown.selects("members"):
        return None
    values = {**_parameters_of(row), "most": SHOWN_BY_ID}
    with connection.cursor() as cursor:
        if _is_named(shown):
            cursor.execute(f"{all_named(row.kind)} LIMIT %(most)s + 1", values)
            found = cursor.fetchall()
            return _named_elements(found) if len(found) <= SHOWN_BY_ID else None
        cursor.execute(few_ids(row.kind), values)
        return _few(cursor.fetchone(), shown, SHOWN_BY_ID)


def members_after_change(row: GroupRow, shown: Projection) -> Members | None:
    """Return what ``shown`` selects of up to :data:`scim.limits.SHOWN_AFTER_CHANGE` members.

    ``None`` if it selects nothing of them, or if there are more.  At most one statement, which
    looks at no more than one above.
    """
    if row.is_large or not shown.selects("members"):
        return None
    if _is_named(shown):
        return _members_of_page([row], shown, SHOWN_AFTER_CHANGE)[row.id]
    with prepared_cursor() as cursor:
        cursor.execute(few_ids(row.kind), {**_parameters_of(row), "most": SHOWN_AFTER_CHANGE})
        return _few(cursor.fetchone(), shown, SHOWN_AFTER_CHANGE)


def members_of_page(rows: Sequence[GroupRow], shown: Projection) -> dict[str, Members | None]:
    """Return what ``shown`` selects of up to :data:`SHOWN` members of each group, by its id.

    ``None`` for a group that has more.  One statement for all of them.
    """
    return _members_of_page(rows, shown, SHOWN)


def _members_of_page(
    rows: Sequence[GroupRow], shown: Projection, most: int
) -> dict[str, Members | None]:
    is_named, kinds = _is_named(shown), frozenset(row.kind for row in rows)
    parameters: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "most": most,
        "groups": [row.id for row in rows if row.kind == GroupKind.DIRECTORY],
        "profiles": [row.number for row in rows if row.kind == GroupKind.PROFILE],
        "roles": [row.role.value for row in rows if row.kind == GroupKind.ROLE],
    }
    with connection.cursor() as cursor:
        cursor.execute(named_of_page(kinds) if is_named else ids_of_page(kinds), parameters)
        found = cursor.fetchall()
    if is_named:
        return _named_of_each(rows, found, most)
    members = {
        group_id: _of_ids(ids, shown) if count <= most else None for group_id, count, ids in found
    }
    return {row.id: members.get(row.id, []) for row in rows}


def _parameters_of(row: GroupRow) -> dict[str, Any]:
    key = row.role.value if row.kind == GroupKind.ROLE else row.number or row.id
    return {"tenant": active_tenant_id(), "key": key}


def _is_named(shown: Projection) -> bool:
    """Whether names are selected, which are read with the members themselves."""
    parts = shown.parts("members")
    return parts is None or "display" in parts


def _named_of_each(
    rows: Sequence[GroupRow], found: Iterable[Sequence[Any]], most: int
) -> dict[str, Members | None]:
    members: dict[str, list[Sequence[Any]]] = {row.id: [] for row in rows}
    for group_id, *member in found:
        members[group_id].append(member)
    return {
        group_id: _named_elements(each) if len(each) <= most else None
        for group_id, each in members.items()
    }


def _named_elements(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    users, groups = users_url(), groups_url()
    return [
        {"value": row[0], "$ref": groups + row[0], "display": row[2], "type": "Group"}
        if row[1]
        else {"value": row[0], "$ref": users + row[0], "display": row[2], "type": "User"}
        for row in rows
    ]


def _few(found: tuple[bool, str | None], shown: Projection, most: int) -> Members | None:
    """Return the elements in a row of :func:`few_ids`, if there are no more than ``most``."""
    is_above, ids = found
    if is_above or (ids and ids.count(",") >= most):
        return None
    return _of_ids(ids, shown)


def _of_ids(ids: str | None, shown: Projection) -> Members:
    """Return the elements of the members whose ids, separated by commas, are given."""
    members = ids.split(",") if ids else []
    return _json(members) if shown.parts("members") == _UNNAMED else _elements(members)


def _elements(ids: Iterable[str]) -> list[dict[str, Any]]:
    users, groups = users_url(), groups_url()
    return [
        {"value": (key := each.removeprefix(GROUP_MARK)), "$ref": groups + key, "type": "Group"}
        if each.startswith(GROUP_MARK)
        else {"value": each, "$ref": users + each, "type": "User"}
        for each in ids
    ]


def _json(ids: Iterable[str]) -> orjson.Fragment:
    """Return :func:`_elements` as JSON; ids and our own address need no escaping."""
    users, groups = users_url(), groups_url()
    elements = [
        f'{{"value":"{(key := each[len(GROUP_MARK) :])}","$ref":"{groups}{key}","type":"Group"}}'
        if each.startswith(GROUP_MARK)
        else f'{{"value":"{each}","$ref":"{users}{each}","type":"User"}}'
        for each in ids
    ]
    return orjson.Fragment(f"[{','.join(elements)}]")
