"""A target compared with what we know of it: in step, drifted, gone, or nobody of ours."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from provisioning.planning.objects import Drift
from provisioning.planning.outcomes import known_shown
from provisioning.planning.values import changed_here, is_shown, wanted_values
from provisioning.protocol.answers import id_of
from provisioning.protocol.canonical import canonical_value
from provisioning.protocol.changes import MANAGER
from provisioning.protocol.paths import member, parse_target_path, text_of, value_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from provisioning.planning.objects import Desired, Known, Policy

ACTIVE: Final = "active"
MEMBERS: Final = "members"
ROLES: Final = "roles"
ENTITLEMENTS: Final = "entitlements"
LISTS: Final = frozenset({MEMBERS, ROLES, ENTITLEMENTS})
"""Attributes whose elements we put in one by one, beside those of others."""


@dataclass(frozen=True, slots=True)
class Drifted:
    """What the target shows otherwise than we left it: path to (shown, ours)."""

    object_id: str
    values: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Compared:
    """How a listing of a target differs from our links.

    Attributes:
        in_step: Object ids whose resources are as we left them.
        drifted: Those whose resources are not.
        gone: Object ids whose resources a *complete* listing does not have.
        strangers: Remote ids of resources that no link knows.
    """

    in_step: list[str] = field(default_factory=list)
    drifted: list[Drifted] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


def compare(
    listing: Iterable[Mapping[str, Any]],
    *,
    links: Mapping[str, Known],
    desired: Mapping[str, Desired],
    policy: Policy,
    is_complete: bool,
) -> Compared:
    """Return how a listing, or a portion of one, differs from ``links`` by object id.

    Nothing is gone unless the listing is proved complete: what is not seen may be on a page that
    was not read.  A resource that is listed twice counts once.
    """
    by_remote_id = {known.remote_id: object_id for object_id, known in links.items()}
    compared, seen = Compared(), set[str]()
    for shown in listing:
        remote_id = id_of(shown)
        if not remote_id or remote_id in seen:
            continue
        seen.add(remote_id)
        object_id = by_remote_id.get(remote_id)
        if object_id is None:
            compared.strangers.append(remote_id)
            continue
        values = drift_of(shown, links[object_id], desired.get(object_id), policy)
        if values:
            compared.drifted.append(Drifted(object_id, values))
        else:
            compared.in_step.append(object_id)
    if is_complete:
        compared.gone.extend(
            object_id for remote_id, object_id in by_remote_id.items() if remote_id not in seen
        )
    return compared


def drift_of(
    shown: Mapping[str, Any], known: Known, desired: Desired | None, policy: Policy
) -> dict[str, tuple[Any, Any]]:
    """Return (shown, ours) of each path at which somebody else changed what we had written.

    What we want otherwise by now is a change of ours, and what was accepted once is no drift.
    """
    drifted: dict[str, tuple[Any, Any]] = {}
    waiting = changed_here(desired, known) if desired else {}
    wanted = wanted_values(desired) if desired else {}
    for text, ours in wanted.items():
        path = parse_target_path(text)
        if text in waiting or text in known.unkept or is_shown(shown, text, ours):
            continue
        theirs = canonical_value(value_at(shown, path))
        accepts = policy.drift_at(path.head, text) is Drift.ACCEPT
        if not (accepts and known.seen and is_shown(known.seen, text, theirs)):
            drifted[text] = (theirs, ours)
    active = text_of(member(shown, "active")).lower()
    if active in {"true", "false"} and (active == "true") is not known.is_active:
        drifted[ACTIVE] = (active == "true", known.is_active)
    drifted |= {
        name: (None, sorted(missing)) for name, missing in _missing(shown, known, policy).items()
    }
    return drifted


def known_seen(known: Known, *, shown: Mapping[str, Any], version: str, policy: Policy) -> Known:
    """Return what is known once the target has shown a resource.

    Where drift is overwritten, what it does not show of ours is known no more, so that the next
    plan writes it again.
    """
    after = known_shown(known, shown=shown, version=version)
    overwritten = {
        name: missing
        for name, missing in _missing(shown, known, policy).items()
        if policy.drift_at(name, name) is Drift.OVERWRITE
    }
    after = known_put_back(after, overwritten)
    manager = value_at(shown, parse_target_path(f"{MANAGER}.value"))
    if manager and policy.drift_at(MANAGER, MANAGER) is Drift.OVERWRITE and known.manager:
        after = replace(after, manager=text_of(manager))
    return after


def members_to_report(shown: Mapping[str, Any], known: Known, policy: Policy) -> Collection[str]:
    """Return the ids there of members of ours that a group lacks, where that is reported only."""
    if policy.drift_at(MEMBERS, MEMBERS) is not Drift.REPORT:
        return ()
    return _missing(shown, known, policy).get(MEMBERS, ())


def known_put_back(known: Known, missing: Mapping[str, Collection[str]]) -> Known:
    """Return what is known when elements that are missing there are to be put in again."""
    members, roles = set(missing.get(MEMBERS, ())), set(missing.get(ROLES, ()))
    return replace(
        known,
        members={each: at for each, at in known.members.items() if at not in members},
        roles={key: shown for key, shown in known.roles.items() if key not in roles},
        entitlements=known.entitlements - set(missing.get(ENTITLEMENTS, ())),
    )


def _missing(shown: Mapping[str, Any], known: Known, policy: Policy) -> dict[str, set[str]]:
    ours: dict[str, set[str]] = {
        MEMBERS: set(known.members.values()),
        ROLES: set(known.roles),
        ENTITLEMENTS: set(known.entitlements),
    }
    found: dict[str, set[str]] = {}
    for name, there in ours.items():
        listed = _listed(shown, name, policy)
        missing = set() if listed is None else there - listed
        if missing:
            found[name] = missing
    return found


def _listed(shown: Mapping[str, Any], attribute: str, policy: Policy) -> set[str] | None:
    """Return the values of a list, or ``None``: the target may just not show it."""
    elements = member(shown, attribute)
    if not isinstance(elements, list):
        return set() if attribute == "members" and policy.lists_members else None
    return {text_of(member(each, "value")) for each in elements}
