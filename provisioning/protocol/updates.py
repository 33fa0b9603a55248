"""The operations of a PATCH that changes attributes, in the dialect of a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioning.protocol.changes import changed
from provisioning.protocol.paths import (
    parse_target_path,
    put_at,
    selects,
    takes_the_element,
    value_at,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.protocol.dialects import Dialect
    from provisioning.protocol.paths import TargetPath
    from provisioning.protocol.steps import Step


def operations_of_update(
    dialect: Dialect, step: Step, seen: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return what an ``UPDATE`` says: no more than changes, and only what the target takes.

    A path with a selection changes the element that ``seen`` has, or adds one; a dialect that
    knows no such paths gets the whole list as it is to be.
    """
    operations: list[dict[str, Any]] = []
    selected: dict[str, list[tuple[TargetPath, Any]]] = {}
    for text, value in step.after.items():
        path = parse_target_path(text)
        if not _takes(dialect, path, value):
            continue
        if path.selection:
            selected.setdefault(path.head, []).append((path, value))
        else:
            operations.append(operation(dialect, path, value))
    for head, changes in selected.items():
        if says_elements(dialect):
            operations += _within(dialect, changes, seen)
        else:
            operations += whole_attribute(dialect, head, changed(seen, step))
    return operations


def says_elements(dialect: Dialect) -> bool:
    """Whether single elements of a list can be changed; else the list is replaced as a whole."""
    return dialect.value_paths and {"add", "remove"} <= dialect.patch_ops


def operation(dialect: Dialect, path: TargetPath, value: Any) -> dict[str, Any]:
    """Return the operation that sets, or with ``None`` clears, what a path leads to.

    Where nothing can be removed, it is replaced by nothing.
    """
    if value is not None:
        name = "replace" if "replace" in dialect.patch_ops else "add"
        return {"op": name, "path": path.text, "value": value}
    if "remove" in dialect.patch_ops:
        return {"op": "remove", "path": path.text}
    return {"op": "replace", "path": path.text, "value": [] if path.is_list else ""}


def whole_attribute(
    dialect: Dialect, head: str, resource: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the operation that makes a list what ``resource`` has."""
    path = parse_target_path(head)
    return [operation(dialect, path, value_at(resource, path) or None)]


def _takes(dialect: Dialect, path: TargetPath, value: Any) -> bool:
    names = {path.urn.lower(), path.head.lower()}
    refused = (
        dialect.read_only
        if value is not None or path.sub
        else dialect.read_only | (dialect.never_cleared)
    )
    return names.isdisjoint(name.lower() for name in refused)


def _within(
    dialect: Dialect, changes: list[tuple[TargetPath, Any]], seen: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the operations on selected elements: those that are there change, others are added."""
    operations: list[dict[str, Any]] = []
    added: dict[str, dict[str, Any]] = {}
    for path, value in changes:
        elements = value_at(seen, parse_target_path(path.head))
        is_there = isinstance(elements, list) and any(selects(path, each) for each in elements)
        if is_there and value is None and takes_the_element(path):
            operations.append({"op": "remove", "path": path.element})
        elif is_there:
            operations.append(operation(dialect, path, value))
        elif value is not None:
            put_at(added.setdefault(path.head, {}), path, value)
    for head, resource in added.items():
        elements = value_at(resource, parse_target_path(head))
        operations.append({"op": "add", "path": head, "value": elements})
    return operations
