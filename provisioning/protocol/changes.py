"""What a step makes of a resource: the change alone, whatever the dialect."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from provisioning.protocol.paths import (
    clear_at,
    member,
    parse_target_path,
    put_at,
    text_of,
    value_at,
)
from provisioning.protocol.steps import Action
from scim.protocol import urns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from provisioning.protocol.steps import Step

MANAGER: Final = f"{urns.ENTERPRISE_USER}:manager"
"""The path of the reference to a person's manager."""

_ACTIVE: Final = parse_target_path("active")
_MEMBERS: Final = parse_target_path("members")


def changed(resource: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """Return a resource as it is after a step; what the step does not name is kept."""
    after: dict[str, Any] = deepcopy(dict(resource))
    if step.action is Action.UPDATE:
        for path, value in step.after.items():
            _set(after, path, value)
    elif step.action in {Action.DEACTIVATE, Action.REACTIVATE}:
        put_at(after, _ACTIVE, step.after["active"])
    elif step.action in {Action.ADD_MEMBERS, Action.REMOVE_MEMBERS}:
        gone, come = set(step.before.values()), set(step.after.values())
        elements = [{"value": each} for each in sorted(come)]
        _set(after, "members", merged(value_at(after, _MEMBERS), gone, elements))
    elif step.action is Action.SET_ROLES:
        for name, (gone, elements) in changes_of_roles(step).items():
            _set(after, name, merged(value_at(after, parse_target_path(name)), gone, elements))
    elif step.action is Action.SET_REFERENCE:
        _set(after, MANAGER, reference(step.after["manager"]))
    return after


def changes_of_roles(step: Step) -> dict[str, tuple[set[str], list[dict[str, Any]]]]:
    """Return by attribute which values of ours go, and which elements come.

    A role of another name goes and comes.
    """
    found: dict[str, tuple[set[str], list[dict[str, Any]]]] = {}
    if "roles" in step.after:
        was, wanted = step.before.get("roles", {}), step.after["roles"]
        gone = {key for key, display in was.items() if wanted.get(key) != display}
        elements = [
            {"value": key, "display": display} if display else {"value": key}
            for key, display in sorted(wanted.items())
            if was.get(key) != display
        ]
        found["roles"] = (gone, elements)
    if "entitlements" in step.after:
        held, keys = set(step.before.get("entitlements", ())), set(step.after["entitlements"])
        found["entitlements"] = (held - keys, [{"value": key} for key in sorted(keys - held)])
    return {name: change for name, change in found.items() if any(change)}


def merged(
    elements: object, gone: Iterable[str], come: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return a list without the values that are ``gone`` and with what has ``come``, each once."""
    coming = {text_of(each["value"]): dict(each) for each in come}
    away = {*gone, *coming}
    kept = [
        each
        for each in (elements if isinstance(elements, list) else [])
        if text_of(member(each, "value")) not in away
    ]
    return [*kept, *coming.values()]


def reference(remote_id: str | None) -> dict[str, Any] | None:
    """Return the value of a reference to another resource."""
    return {"value": remote_id} if remote_id else None


def _set(resource: dict[str, Any], path: str, value: Any) -> None:
    if value is None or value == []:
        clear_at(resource, parse_target_path(path))
    else:
        put_at(resource, parse_target_path(path), deepcopy(value))
