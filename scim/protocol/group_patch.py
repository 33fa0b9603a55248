"""PATCH of a group, split into a delta of its members and all the rest.

A group may have a hundred thousand members, so its PATCH must be applied without loading them:
this module turns every shape that identity providers send into adding and removing ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scim.protocol.core_schemas import GROUP
from scim.protocol.errors import (
    InvalidValueError,
    MutabilityError,
    NoTargetError,
)
from scim.protocol.filter_nodes import Comparison, Node, Or
from scim.protocol.foreign_names import is_foreign
from scim.protocol.patch_operations import Operation, decode_object, read_patch
from scim.protocol.paths import PatchPath, parse_path
from scim.protocol.values import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scim.protocol.patch_operations import OperationName
    from scim.protocol.schemas import ResourceType


_MAX_ID_LENGTH: Final = 255


@dataclass(frozen=True, slots=True)
class AddMembers:
    """Add those that are not members yet."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveMembers:
    """Remove those that are members; others are no error."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveAllMembers:
    """Remove every member."""


@dataclass(frozen=True, slots=True)
class ReplaceMembers:
    """Let exactly these be members."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveMatchingMembers:
    """Remove the members that satisfy a filter on ``members``' sub-attributes."""

    selection: Node


MemberChange = (
    AddMembers | RemoveMembers | RemoveAllMembers | ReplaceMembers | RemoveMatchingMembers
)


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group's PATCH: ``members`` in order, and the operations on its other attributes."""

    operations: tuple[Operation, ...]
    members: tuple[MemberChange, ...]


@dataclass(frozen=True, slots=True)
class NetMembers:
    """What a sequence of changes comes to: empty first if ``clear``, then remove, then add.

    No id is in both; the order is that of the request.
    """

    clear: bool
    add: tuple[str, ...]
    remove: tuple[str, ...]


def read_group_patch(body: object, resource_type: ResourceType = GROUP) -> GroupChange:
    """Return what the PatchOp message ``body`` changes in a group.

    Members may be objects with ``value``, bare ids, one of either, or named by their ``$ref``;
    in a path as ``members[value eq "…"]``, several joined by ``or``; or in a value without a
    path, next to ``id``, ``displayName`` and others.  ``display`` is ignored.

    Raises:
        SCIMError: As :func:`scim.protocol.patch.apply_patch` does, but operations on other
            attributes than ``members`` are only read; applying them may raise more.
    """
    operations: list[Operation] = []
    members: list[MemberChange] = []
    for operation in read_patch(body):
        if operation.path is None:
            rest = _split_object(operation, members, resource_type)
            if rest is not None:
                operations.append(rest)
            continue
        target = _members_target(operation.path, resource_type)
        if target is None:
            operations.append(operation)
        elif target.selection is None:
            _change_members(operation.name, target, operation.value, members)
        else:
            _change_selected(operation.name, target, operation.value, members)
    return GroupChange(tuple(operations), tuple(members))


def net_members(changes: Iterable[MemberChange]) -> NetMembers | None:
    """Return the net effect of the changes, or ``None`` when one depends on a filter."""
    clear = False
    add: dict[str, None] = {}
    remove: dict[str, None] = {}
    for change in changes:
        if isinstance(change, RemoveMatchingMembers):
            return None
        if isinstance(change, (RemoveAllMembers, ReplaceMembers)):
            clear, add, remove = True, {}, {}
        ids = () if isinstance(change, RemoveAllMembers) else change.ids
        gone, kept = (add, remove) if isinstance(change, RemoveMembers) else (remove, add)
        for member in ids:
            gone.pop(member, None)
            kept[member] = None
    return NetMembers(clear, tuple(add), () if clear else tuple(remove))


def read_member_ids(value: object) -> tuple[str, ...]:
    """Return the ids in a ``members`` value, in order, each once.

    Raises:
        InvalidValueError: An element is neither an id nor an object with ``value`` or ``$ref``.
    """
    value = decode_object(value)
    items = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(_member_id(item) for item in items if item not in (None, "", {})))


def _member_id(item: object) -> str:
    if isinstance(item, dict):
        item = _id_in_object(item)
    if isinstance(item, int) and not isinstance(item, bool):
        item = str(item)
    if not isinstance(item, str) or not 0 < len(item) <= _MAX_ID_LENGTH or not is_storable(item):
        raise InvalidValueError('members: each element must be an object such as {"value": "id"}.')
    return item


def _id_in_object(item: Mapping[str, Any]) -> object:
    members = {key.lower(): value for key, value in item.items()}
    value, reference = members.get("value"), members.get("$ref")
    if value is None and isinstance(reference, str):
        return reference.rstrip("/").rpartition("/")[2]
    return value


def _split_object(
    operation: Operation, members: list[MemberChange], resource_type: ResourceType
) -> Operation | None:
    """Take the members out of a value without a path; return what is left to do, if anything."""
    if operation.name == "remove":
        raise NoTargetError("A remove needs a path that says what to remove.")
    value = decode_object(operation.value)
    if not isinstance(value, dict):
        raise InvalidValueError(
            f"{operation.name} without a path needs an object of attributes as its value."
        )
    rest: dict[str, Any] = {}
    for key, item in value.items():
        schema = resource_type.schema_of(key)
        if schema is resource_type.schema and isinstance(item, dict):
            inner = _split_object(Operation(operation.name, None, item), members, resource_type)
            rest |= inner.value if inner else {}
            continue
        target = _members_in_key(key, resource_type)
        if target is None:
            rest[key] = item
        else:
            _change_members(operation.name, target, item, members)
    return Operation(operation.name, None, rest) if rest else None


def _members_in_key(key: str, resource_type: ResourceType) -> PatchPath | None:
    path = resource_type.resolve(key)
    if path is None or path.extension or path.attribute.name != "members":
        return None
    return PatchPath(path)


def _members_target(text: str, resource_type: ResourceType) -> PatchPath | None:
    """Return the path if it leads to the members or into them, else ``None``."""
    if "members" not in text.lower() or is_foreign(text, resource_type):
        return None
    target = parse_path(text, resource_type)
    if not isinstance(target, PatchPath):
        return None
    is_members = not target.path.extension and target.path.attribute.name == "members"
    return target if is_members else None


def _change_members(
    name: OperationName, target: PatchPath, value: object, members: list[MemberChange]
) -> None:
    sub = target.path.sub_attribute
    if sub is not None and sub.name != "value":
        if sub.name != "display":
            raise MutabilityError(f"{target.path} cannot be changed: add and remove members.")
        return
    if name == "remove":
        members.append(
            RemoveAllMembers() if value is None else RemoveMembers(read_member_ids(value))
        )
    elif name == "add":
        members.append(AddMembers(read_member_ids(value)))
    else:
        members.append(ReplaceMembers(read_member_ids(value)))


def _change_selected(
    name: OperationName, target: PatchPath, value: object, members: list[MemberChange]
) -> None:
    selection = target.selection
    ids = _selected_ids(selection)
    sub = target.path.sub_attribute
    if sub is not None and sub.name == "display":
        return
    if name == "remove":
        if selection is None or sub not in (None, target.path.attribute.sub_attribute("value")):
            raise MutabilityError(f"{target.path} cannot be removed: remove the whole member.")
        members.append(RemoveMatchingMembers(selection) if ids is None else RemoveMembers(ids))
        return
    if ids is None:
        raise NoTargetError('Select members by id: members[value eq "…"].')
    _put_selected(name, target, ids, value, members)


def _put_selected(
    name: OperationName,
    target: PatchPath,
    ids: tuple[str, ...],
    value: object,
    members: list[MemberChange],
) -> None:
    sub = target.path.sub_attribute
    if sub is not None and sub.name != "value":
        raise MutabilityError(f"{target.path} is immutable: remove the member and add another.")
    named = read_member_ids(_with_id(decode_object(value), ids[0])) if value else ()
    if name == "replace" and set(named) != set(ids):
        if sub is not None:
            raise MutabilityError(f"{target.path} is immutable: remove the member, add another.")
        members.append(RemoveMembers(ids))
    if named:
        members.append(AddMembers(named))


def _with_id(value: object, selected: str) -> object:
    """Give an object without an id of its own that of the selected member."""
    if isinstance(value, dict) and not {"value", "$ref"} & {key.lower() for key in value}:
        return {"value": selected}
    return value


def _selected_ids(selection: Node | None) -> tuple[str, ...] | None:
    """Return the ids of ``value eq "…"`` conditions joined by ``or``; ``None`` for others."""
    terms = selection.terms if isinstance(selection, Or) else (selection,)
    ids: list[str] = []
    for term in terms:
        if not isinstance(term, Comparison) or term.operator != "eq":
            return None
        if term.path.target.name != "value" or not isinstance(term.value, str):
            return None
        ids.append(term.value)
    return tuple(dict.fromkeys(ids))
