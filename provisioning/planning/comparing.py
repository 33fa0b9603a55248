"""A target compared with what we know of it: in step, drifted, gone, or nobody of ours."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from provisioning.planning.objects import Drift
from provisioning.planning.outcomes import known_shown
from provisioning.planning.values import changed_here, is_shown, wanted_values
from provisioning.protocol.canonical import canonical_value
from provisioning.protocol.changes import MANAGER
from provisioning.protocol.paths import member, parse_target_path, text_of, value_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from provisioning.planning.objects import Desired, Known, Policy


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
        remote_id = text_of(member(shown, "id"))
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
        drifted["active"] = (active == "true", known.is_active)
    for name, ours_there in (("members", known.members.values()), ("roles", known.roles)):
        listed = _listed(shown, name, policy)
        missing = set() if listed is None else {*ours_there} - listed
        if missing:
            drifted[name] = (None, sorted(missing))
    return drifted


def known_seen(known: Known, *, shown: Mapping[str, Any], version: str, policy: Policy) -> Known:
    """Return what is known once the target has shown a resource.

    Where drift is overwritten, what it does not show of ours is known no more, so that the next
    plan writes it again.
    """
    after = known_shown(known, shown=shown, version=version)
    members = _listed(shown, "members", policy)
    if members is not None and policy.drift_at("members", "members") is Drift.OVERWRITE:
        left = {each: at for each, at in known.members.items() if at in members}
        after = replace(after, members=left)
    roles = _listed(shown, "roles", policy)
    if roles is not None and policy.drift_at("roles", "roles") is Drift.OVERWRITE:
        after = replace(after, roles={k: v for k, v in known.roles.items() if k in roles})
    keys = _listed(shown, "entitlements", policy)
    if keys is not None and policy.drift_at("entitlements", "entitlements") is Drift.OVERWRITE:
        after = replace(after, entitlements=known.entitlements & keys)
    manager = value_at(shown, parse_target_path(f"{MANAGER}.value"))
    if manager and policy.drift_at(MANAGER, MANAGER) is Drift.OVERWRITE and known.manager:
        after = replace(after, manager=text_of(manager))
    return after


def _listed(shown: Mapping[str, Any], attribute: str, policy: Policy) -> set[str] | None:
    """Return the values of a list, or ``None``: the target may just not show it."""
    elements = member(shown, attribute)
    if not isinstance(elements, list):
        return set() if attribute == "members" and policy.lists_members else None
    return {text_of(member(each, "value")) for each in elements}
