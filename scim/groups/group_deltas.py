"""From the members that a client names to steps that the services can take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.group_kinds.member_deltas import MemberDelta
from accounts.identifiers import read_uuid
from scim.protocol.errors import InvalidSyntaxError, InvalidValueError
from scim.protocol.group_patch import (
    AddMembers,
    RemoveAllMembers,
    RemoveMatchingMembers,
    RemoveMembers,
    net_members,
)
from scim.protocol.matching import matches_element
from scim.storage.group_members import all_members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from uuid import UUID

    from scim.protocol.group_patch import MemberChange
    from scim.protocol.schemas import ResourceType
    from scim.protocol.work import Work
    from scim.storage.group_rows import GroupRow


def split_members(data: object, resource_type: ResourceType) -> tuple[dict[str, Any], Any]:
    """Return a resource without its members, and the value of ``members`` or ``None``.

    A group may come with a hundred thousand of them, of which only the ids are wanted.

    Raises:
        InvalidSyntaxError: The body is not a JSON object.
    """
    if not isinstance(data, dict):
        raise InvalidSyntaxError("The body must be a JSON object.")
    rest: dict[str, Any] = {}
    members: Any = None
    for key, value in data.items():
        path = resource_type.resolve(key)
        if path is not None and not path.extension and path.attribute.name == "members":
            members = [] if value is None or value == "" else value
        else:
            rest[key] = value
    return rest, members


def member_uuids(ids: Iterable[str]) -> tuple[UUID, ...]:
    """Return the ids of users and directory groups to add.

    Raises:
        InvalidValueError: One of them cannot be that of a user or a directory group.
    """
    found = []
    for member in ids:
        value = read_uuid(member)
        if value is None:
            raise InvalidValueError(
                f"members: {member[:100]!r} is not the id of a user or a directory group of "
                "this tenant."
            )
        found.append(value)
    return tuple(found)


def deltas_of(changes: Sequence[MemberChange]) -> list[MemberDelta] | None:
    """Return the one step that the changes come to, none, or ``None`` when a filter is in it."""
    net = net_members(changes)
    if net is None:
        return None
    delta = MemberDelta(
        add=member_uuids(net.add), remove=_possible(net.remove), remove_others=net.clear
    )
    return [delta] if delta.add or delta.removes else []


def steps_of(
    changes: Iterable[MemberChange], work: Work
) -> Iterator[Callable[[GroupRow], MemberDelta]]:
    """Yield each change as a step that is worked out when the former ones have been taken.

    ``work`` is what is left of what the request may ask for.
    """
    for change in changes:
        yield lambda row, change=change: _delta_of(change, row, work)  # type: ignore[misc]


def _delta_of(change: MemberChange, row: GroupRow, work: Work) -> MemberDelta:
    if isinstance(change, AddMembers):
        return MemberDelta(add=member_uuids(change.ids))
    if isinstance(change, RemoveMembers):
        return MemberDelta(remove=_possible(change.ids))
    if isinstance(change, RemoveAllMembers):
        return MemberDelta(remove_others=True)
    if isinstance(change, RemoveMatchingMembers):
        # A filter on names or types cannot do without the members; no provider sends one.
        members = all_members(row)
        work.looks_at(len(members), change.selection)
        selected = [
            member["value"] for member in members if matches_element(change.selection, member)
        ]
        return MemberDelta(remove=_possible(selected))
    return MemberDelta(add=member_uuids(change.ids), remove_others=True)


def _possible(ids: Iterable[str]) -> tuple[UUID, ...]:
    """Return those of ``ids`` that somebody could have; removing the others changes nothing."""
    return tuple(value for value in map(read_uuid, ids) if value is not None)
