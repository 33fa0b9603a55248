"""What our link knows after a step that nobody answered: it was done, or it was not.

What is wanted may change before the step is tried again, so planning must not rely on either.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from provisioning.planning.outcomes import known_shown
from provisioning.planning.values import value_there
from provisioning.protocol.changes import MANAGER
from provisioning.protocol.paths import member, text_of
from provisioning.protocol.steps import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.planning.objects import Known
    from provisioning.protocol.steps import Step


def known_settled(known: Known, step: Step, *, shown: Mapping[str, Any], version: str) -> Known:
    """Return what is known once the resource has been read after an unanswered step.

    What the step would have changed is as it is ``shown``; a list that is not shown is empty, but
    for members: those stay unsure, and are both put in again and taken out as is wanted.
    """
    after = known_shown(known, shown=shown, version=version)
    if step.action is Action.UPDATE:
        there = {path: value_there(shown, path) for path in step.after}
        applied = {**known.applied, **there}
        kept = {path: value for path, value in applied.items() if value is not None}
        return replace(after, applied=kept, unkept=known.unkept - step.after.keys())
    if step.action in {Action.DEACTIVATE, Action.REACTIVATE}:
        return replace(after, is_active=text_of(member(shown, "active")).lower() != "false")
    if step.action is Action.SET_REFERENCE:
        manager = value_there(shown, f"{MANAGER}.value")
        return replace(after, manager=text_of(manager) or None)
    if step.action is Action.SET_ROLES:
        return _with_roles(after, step, shown)
    if step.action is Action.ADD_MEMBERS:
        members = {**known.members, **step.after}
        return replace(after, members=members, unsure=known.unsure | step.after.keys())
    return after


def _with_roles(known: Known, step: Step, shown: Mapping[str, Any]) -> Known:
    ours = {**known.roles, **step.after.get("roles", {})}
    keys = known.entitlements | {*step.after.get("entitlements", ())}
    roles, entitlements = _displays(shown, "roles"), _displays(shown, "entitlements")
    return replace(
        known,
        roles={key: roles[key] for key in ours if key in roles},
        entitlements=frozenset(key for key in keys if key in entitlements),
    )


def _displays(shown: Mapping[str, Any], attribute: str) -> dict[str, str]:
    elements = member(shown, attribute)
    return {
        text_of(member(each, "value")): text_of(member(each, "display"))
        for each in (elements if isinstance(elements, list) else [])
    }
