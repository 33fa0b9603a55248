"""What our link knows of a resource after a step was done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from provisioning.planning.objects import Known
from provisioning.planning.values import is_shown, shown_before, wanted_values
from provisioning.protocol.answers import id_of
from provisioning.protocol.canonical import canonical, canonical_value
from provisioning.protocol.changes import changed
from provisioning.protocol.paths import member, text_of
from provisioning.protocol.steps import Action, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.planning.objects import Desired
    from provisioning.protocol.steps import Step

_NAMED_BY: Final = {Kind.USER: "userName", Kind.GROUP: "displayName"}


def known_created(desired: Desired, *, shown: Mapping[str, Any], version: str) -> Known:
    """Return what is known of a resource that the target created: ``shown``, with its id.

    Whether it is active is what the target says, if it says anything.
    """
    wanted = wanted_values(desired)
    seen = seen_in(desired.kind, shown)
    return Known(
        desired.kind,
        id_of(shown),
        applied=_with_values(wanted),
        seen=seen,
        unkept=_unkept(seen, wanted),
        version=version,
        is_active=_is_active(shown),
    )


def known_taken_in(kind: Kind, *, shown: Mapping[str, Any], version: str) -> Known:
    """Return what is known of a resource that was there before us, and nobody wants there yet."""
    return Known(
        kind,
        id_of(shown),
        adopted=True,
        seen=seen_in(kind, shown),
        version=version,
        is_active=_is_active(shown),
    )


def known_adopted(desired: Desired, *, shown: Mapping[str, Any], version: str) -> Known:
    """Return what is known of a resource that was there before us, as the target shows it."""
    return known_first_wanted(desired, known_taken_in(desired.kind, shown=shown, version=version))


def known_first_wanted(desired: Desired, known: Known) -> Known:
    """Return what is known of a resource of which we wrote nothing so far.

    What it shows of what is wanted there counts as written.
    """
    applied = {
        path: wanted if is_shown(known.seen, path, wanted) else shown_before(known, path)
        for path, wanted in wanted_values(desired).items()
    }
    return replace(known, applied=_with_values(applied))


def known_found_again(desired: Desired, *, shown: Mapping[str, Any], version: str) -> Known:
    """Return what is known of a resource of ours whose creation nobody answered.

    It is ours, and holds what was wanted then, which may be something else by now.
    """
    return replace(known_adopted(desired, shown=shown, version=version), adopted=False)


def known_after(
    known: Known, step: Step, *, shown: Mapping[str, Any] | None, version: str
) -> Known | None:
    """Return what is known after a step other than ``CREATE``; ``None``: the resource is gone.

    ``shown`` is the resource that the target answered with, or ``None``; ``version`` its ETag, or
    ``""``.  Where the target shows nothing, what it showed before is taken as changed.
    """
    if step.action is Action.DELETE:
        return None
    answered = seen_in(known.kind, shown or {})
    seen = answered or (canonical(changed(known.seen, step)) if known.seen else {})
    seen.pop("members", None)
    after = replace(known, seen=seen, version=version)
    if step.action is Action.UPDATE:
        kept = known.unkept - step.after.keys()
        return replace(
            after,
            applied=_with_values({**known.applied, **step.after}),
            unkept=kept | _unkept(answered, step.after),
            is_tombstone=False,
        )
    if step.action in {Action.DEACTIVATE, Action.REACTIVATE}:
        return replace(
            after,
            is_active=bool(step.after["active"]),
            is_tombstone=known.is_tombstone and not step.after["active"],
            is_delete_due=False,
            unkept=known.unkept - {"active"} | _unkept(answered, step.after),
        )
    if step.action is Action.SET_ROLES:
        return replace(
            after,
            roles=step.after.get("roles", known.roles),
            entitlements=frozenset(step.after.get("entitlements", known.entitlements)),
        )
    if step.action is Action.SET_REFERENCE:
        return replace(after, manager=step.after["manager"])
    left = {each: at for each, at in known.members.items() if step.before.get(each) != at}
    unsure = known.unsure - step.before.keys() - step.after.keys()
    return replace(after, members={**left, **step.after}, unsure=unsure)


def known_shown(known: Known, *, shown: Mapping[str, Any], version: str) -> Known:
    """Return what is known once the target has shown a resource as it is."""
    return replace(known, seen=seen_in(known.kind, shown) or known.seen, version=version)


def seen_in(kind: Kind, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the canonical resource that an answer shows, without members, or nothing.

    An answer that does not even name the resource is no picture of it.
    """
    seen = canonical(shown) if member(shown, _NAMED_BY[kind]) else {}
    return {name: value for name, value in seen.items() if name.lower() != "members"}


def _unkept(seen: Mapping[str, Any], written: Mapping[str, Any]) -> frozenset[str]:
    if not seen:
        return frozenset()
    return frozenset(path for path, value in written.items() if not is_shown(seen, path, value))


def _with_values(applied: Mapping[str, Any]) -> dict[str, Any]:
    pairs = ((path, canonical_value(value)) for path, value in applied.items())
    return {path: value for path, value in pairs if value is not None}


def _is_active(shown: Mapping[str, Any]) -> bool:
    return text_of(member(shown, "active")).lower() != "false"
