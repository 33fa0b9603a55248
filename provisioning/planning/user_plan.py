"""The steps of one person: account, roles and permissions, manager, in this order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from provisioning.planning.attributes import creation, new, update
from provisioning.planning.objects import Cause, Departure, Drift
from provisioning.planning.values import is_active_again
from provisioning.protocol.paths import member, text_of
from provisioning.protocol.steps import Action, Reason, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioning.planning.objects import Desired, Known, Policy


def user_steps(
    desired: Desired, known: Known | None, policy: Policy, remote_ids: Mapping[str, str]
) -> Iterator[Step]:
    """Yield what brings a person in step who is in scope.

    Whoever is inactive there and active here gets the same account back.  Roles and permissions
    that are taken away go before anything else changes, which the target may refuse.
    """
    if known is None:
        if not policy.create_users or not desired.active:
            return
        created = creation(desired)
        yield replace(created, after={**created.after, "active": True})
    elif not desired.active:
        yield from leaving_user(known, Cause.DEACTIVATED, policy)
    else:
        yield from _reactivation(known, policy)
    linked = known or new(desired)
    roles = list(_roles(desired, linked, policy)) if desired.active else []
    taking = [step for step in roles if _takes_away(step)]
    yield from taking
    if known and policy.update_users:
        yield from update(desired, linked, policy)
    if not taking:
        yield from roles
    if desired.active and (known is None or policy.update_users):
        yield from _manager(desired, linked, remote_ids)


def leaving_user(known: Known, cause: Cause, policy: Policy) -> Iterator[Step]:
    """Yield what is done with a person who leaves: as the departure says, whatever is updated."""
    departure = policy.departure(cause, adopted=known.adopted, may_delete=policy.delete_users)
    reason = Reason(cause)
    deletes_now = departure is Departure.DELETE or (
        departure is Departure.DEACTIVATE_THEN_DELETE and known.is_delete_due
    )
    if deletes_now:
        due = departure is Departure.DEACTIVATE_THEN_DELETE
        yield Step(Action.DELETE, {"active": known.is_active}, reason=Reason.DUE if due else reason)
    elif departure is not Departure.NOTHING and known.is_active:
        yield Step(Action.DEACTIVATE, {"active": True}, {"active": False}, reason)
    elif (
        departure is not Departure.NOTHING
        and is_active_again(known)
        and policy.drift_at("active", "active") is Drift.OVERWRITE
    ):
        yield Step(Action.DEACTIVATE, {"active": True}, {"active": False}, Reason.DRIFTED)


def _reactivation(known: Known, policy: Policy) -> Iterator[Step]:
    """Yield what makes an account active: we left it inactive, or somebody else made it so."""
    is_back = not known.is_active or known.is_tombstone
    shown = text_of(member(known.seen, "active")).lower()
    has_drifted = (
        shown == "false"
        and "active" not in known.unkept
        and policy.drift_at("active", "active") is Drift.OVERWRITE
    )
    if (is_back or has_drifted) and (policy.create_users or policy.update_users):
        reason = Reason.BACK if is_back else Reason.DRIFTED
        yield Step(Action.REACTIVATE, {"active": False}, {"active": True}, reason)


def _roles(desired: Desired, known: Known, policy: Policy) -> Iterator[Step]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if policy.push_roles:
        others = _of_others(known, "roles", known.roles)
        wanted = {key: display for key, display in desired.roles if key not in others}
        if wanted != known.roles:
            before["roles"], after["roles"] = dict(known.roles), wanted
    if policy.push_permissions:
        keys = {*desired.entitlements} - _of_others(known, "entitlements", known.entitlements)
        if keys != known.entitlements:
            before["entitlements"] = sorted(known.entitlements)
            after["entitlements"] = sorted(keys)
    if after:
        yield Step(Action.SET_ROLES, before, after)


def _takes_away(step: Step) -> bool:
    before, after = step.before, step.after
    roles = before.get("roles", {}).keys() - after.get("roles", {}).keys()
    return bool(roles or {*before.get("entitlements", ())} - {*after.get("entitlements", ())})


def _of_others(known: Known, attribute: str, ours: Mapping[str, str] | frozenset[str]) -> set[str]:
    """Return the values that somebody else has set: not added by us, hence never taken away."""
    elements = member(known.seen, attribute)
    shown = elements if isinstance(elements, list) else []
    return {text_of(member(each, "value")) for each in shown} - {*ours}


def _manager(desired: Desired, known: Known, remote_ids: Mapping[str, str]) -> Iterator[Step]:
    """Yield the reference to a manager; one who is not there yet is none."""
    wanted = remote_ids.get(desired.manager) if desired.manager else None
    if wanted != known.manager:
        yield Step(Action.SET_REFERENCE, {"manager": known.manager}, {"manager": wanted})
