"""The steps of one group: itself, then its members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.planning.attributes import creation, new, update
from provisioning.planning.objects import Departure
from provisioning.protocol.steps import Action, Reason, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioning.planning.objects import Cause, Desired, Known, Policy


def group_steps(
    desired: Desired, known: Known | None, policy: Policy, remote_ids: Mapping[str, str]
) -> Iterator[Step]:
    """Yield what brings a group in step that is pushed."""
    if known is None:
        if not policy.create_groups:
            return
        yield creation(desired)
    elif policy.update_groups or known.is_tombstone:
        yield from update(desired, known, policy)
    if policy.push_memberships:
        yield from _members(desired, known or new(desired), remote_ids)


def leaving_group(known: Known, cause: Cause, policy: Policy) -> Iterator[Step]:
    """Yield what is done with a group that is pushed no more.

    One of ours is deleted.  One that may not be loses the members that we put in, or they would
    keep what it gives them.
    """
    departure = policy.departure(cause, adopted=known.adopted, may_delete=policy.delete_groups)
    if departure is Departure.NOTHING:
        return
    if departure in {Departure.DELETE, Departure.DEACTIVATE_THEN_DELETE}:
        yield Step(Action.DELETE, reason=Reason(cause))
    elif known.members and policy.push_memberships:
        yield Step(Action.REMOVE_MEMBERS, dict(known.members), reason=Reason(cause))


def _members(desired: Desired, known: Known, remote_ids: Mapping[str, str]) -> Iterator[Step]:
    """Yield who goes, then who comes; a member that is not at the target yet comes later.

    Nobody stays for the sake of somebody else whom the target does not take.
    """
    wanted = {each: remote_ids[each] for each in sorted(desired.members) if each in remote_ids}
    come = {
        each: at
        for each, at in wanted.items()
        if known.members.get(each) != at or each in known.unsure
    }
    gone = {
        each: at
        for each, at in sorted(known.members.items())
        if each not in desired.members or wanted.get(each, at) != at
    }
    if gone:
        yield Step(Action.REMOVE_MEMBERS, gone, {})
    if come:
        yield Step(Action.ADD_MEMBERS, {}, come)
