"""The steps that make a resource and change its attributes."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from provisioning.planning.objects import Drift, Known
from provisioning.planning.values import changed_here, changed_there, shown_before, wanted_values
from provisioning.protocol.paths import parse_target_path
from provisioning.protocol.steps import Action, Kind, Reason, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioning.planning.objects import Desired, Policy


def creation(desired: Desired) -> Step:
    """Return the step that makes a resource, with what is sent only then."""
    after = together(desired.resource, desired.on_create)
    return Step(Action.CREATE, {}, after, Reason.NEW)


def new(desired: Desired) -> Known:
    """Return what is known of a resource that is being made."""
    return Known(desired.kind, "")


def update(desired: Desired, known: Known, policy: Policy) -> Iterator[Step]:
    """Yield the change of the attributes that mapping rows fill: ours, and drift to overwrite.

    All of them are written to a group that may be gone: the answer tells.
    """
    may_be_gone = known.is_tombstone and known.kind is Kind.GROUP
    here = wanted_values(desired) if may_be_gone else changed_here(desired, known)
    there = {
        path: wanted
        for path, wanted in changed_there(desired, known).items()
        if policy.drift_at(parse_target_path(path).head, path) is Drift.OVERWRITE
    }
    after = {**there, **here}
    if after:
        before = {path: shown_before(known, path) for path in after}
        yield Step(Action.UPDATE, before, after, Reason.CHANGED if here else Reason.DRIFTED)


def together(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return both resources as one; where both have a list, it holds the elements of both."""
    joined = deepcopy(dict(one))
    for name, value in other.items():
        held = joined.get(name)
        if isinstance(held, dict) and isinstance(value, dict):
            joined[name] = together(held, value)
        elif isinstance(held, list) and isinstance(value, list):
            joined[name] = [*held, *(each for each in deepcopy(value) if each not in held)]
        else:
            joined[name] = deepcopy(value)
    return joined
