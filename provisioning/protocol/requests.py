"""Bodies of requests (RFC 7644, Sections 3.3 and 3.5), in the dialect of a target."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from provisioning.protocol.changes import MANAGER, changed, changes_of_roles, reference
from provisioning.protocol.dialects import MemberRemoval
from provisioning.protocol.paths import member, parse_target_path
from provisioning.protocol.steps import Action, Kind
from provisioning.protocol.updates import (
    operation,
    operations_of_update,
    says_elements,
    whole_attribute,
)
from scim.protocol import urns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provisioning.protocol.dialects import Dialect
    from provisioning.protocol.steps import Step

_CORE: Final = {Kind.USER: urns.USER, Kind.GROUP: urns.GROUP}
_NOT_SENT_BACK: Final = frozenset({"meta", "schemas", "groups"})


def create_body(dialect: Dialect, kind: Kind, step: Step) -> dict[str, Any]:
    """Return the body of the POST of a ``CREATE``."""
    return _with_schemas(kind, {}, _sendable(dialect, step.after))


def needs_read(dialect: Dialect, step: Step) -> bool:
    """Whether a step replaces whole lists, so that the resource has to be read just before it."""
    if not dialect.patch:
        return True
    if step.action is Action.UPDATE:
        return not says_elements(dialect) and any("[" in path for path in step.after)
    if step.action is Action.SET_ROLES:
        return not says_elements(dialect)
    needed = {Action.ADD_MEMBERS: "add", Action.REMOVE_MEMBERS: "remove"}.get(step.action)
    return needed is not None and needed not in dialect.patch_ops


def patch_bodies(dialect: Dialect, step: Step, seen: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the bodies of the PATCH requests of any other step, in order; several for members.

    ``seen`` is the resource as far as it is known; just read, where :func:`needs_read` says so.
    There is none when nothing of the step can be said in the dialect, or the target has to be
    asked to be without what it refuses to be without.
    """
    if step.action in {Action.ADD_MEMBERS, Action.REMOVE_MEMBERS}:
        portions = _member_operations(dialect, step, seen)
    elif step.action is Action.UPDATE:
        portions = [operations_of_update(dialect, step, seen)]
    elif step.action is Action.SET_ROLES:
        portions = [_role_operations(dialect, step, seen)]
    elif step.action is Action.SET_REFERENCE:
        manager = reference(step.after["manager"])
        portions = [[operation(dialect, parse_target_path(MANAGER), manager)]]
    else:
        portions = [[{"op": "replace", "path": "active", "value": step.after["active"]}]]
    return [
        {"schemas": [urns.PATCH_OP], "Operations": operations}
        for operations in portions
        if operations
    ]


def put_body(dialect: Dialect, kind: Kind, step: Step, read: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of the PUT of a step: what was just ``read``, changed; the rest is kept."""
    after = changed(read, step)
    never = {name.lower() for name in dialect.never_cleared}
    kept = {name: value for name, value in read.items() if name.lower() in never}
    names = {name.lower() for name in after}
    after |= {name: value for name, value in kept.items() if name.lower() not in names}
    return _with_schemas(kind, read, _sendable(dialect, after))


def match_filter(attribute: str, value: str) -> str:
    r"""Return the filter that finds what has the value, with the value escaped.

    >>> match_filter("userName", 'a"b')
    'userName eq "a\\"b"'
    """
    return f"{attribute} eq {json.dumps(value, ensure_ascii=False)}"


def _sendable(dialect: Dialect, resource: Mapping[str, Any]) -> dict[str, Any]:
    left_out = {name.lower() for name in dialect.read_only} | _NOT_SENT_BACK
    return {
        name: value
        for name, value in resource.items()
        if name.lower() not in left_out and value is not None
    }


def _with_schemas(
    kind: Kind, read: Mapping[str, Any], resource: Mapping[str, Any]
) -> dict[str, Any]:
    declared = member(read, "schemas")
    schemas = [each for each in declared if isinstance(each, str)] if declared else [_CORE[kind]]
    known = {each.lower() for each in schemas}
    extensions = [name for name in resource if ":" in name and name.lower() not in known]
    return {"schemas": [*schemas, *sorted(extensions)], **resource}


def _member_operations(
    dialect: Dialect, step: Step, seen: Mapping[str, Any]
) -> list[list[dict[str, Any]]]:
    is_removal = step.action is Action.REMOVE_MEMBERS
    ids = sorted({*(step.before if is_removal else step.after).values()})
    if ("remove" if is_removal else "add") not in dialect.patch_ops:
        return [whole_attribute(dialect, "members", changed(seen, step))]
    chunks = [
        ids[start : start + dialect.member_chunk]
        for start in range(0, len(ids), dialect.member_chunk)
    ]
    if not is_removal:
        return [[_valued("add", chunk)] for chunk in chunks]
    if dialect.member_removal is MemberRemoval.VALUE:
        return [[_valued("remove", chunk)] for chunk in chunks]
    return [[_without("members", each) for each in chunk] for chunk in chunks]


def _role_operations(dialect: Dialect, step: Step, seen: Mapping[str, Any]) -> list[dict[str, Any]]:
    operations: list[dict[str, Any]] = []
    for name, (gone, elements) in changes_of_roles(step).items():
        if not says_elements(dialect):
            operations += whole_attribute(dialect, name, changed(seen, step))
            continue
        operations += [_without(name, each) for each in sorted(gone)]
        if elements:
            operations.append({"op": "add", "path": name, "value": elements})
    return operations


def _valued(name: str, ids: Sequence[str]) -> dict[str, Any]:
    return {"op": name, "path": "members", "value": [{"value": each} for each in ids]}


def _without(attribute: str, value: str) -> dict[str, Any]:
    return {"op": "remove", "path": f"{attribute}[{match_filter('value', value)}]"}
