"""What has to be done at a target so that it holds of one object what it should."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provisioning.planning.group_plan import group_steps, leaving_group
from provisioning.planning.user_plan import leaving_user, user_steps
from provisioning.protocol.canonical import digest
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provisioning.planning.objects import Cause, Desired, Known, Policy
    from provisioning.protocol.steps import Step

_LEAVING: Final = {Kind.USER: leaving_user, Kind.GROUP: leaving_group}
_STAYING: Final = {Kind.USER: user_steps, Kind.GROUP: group_steps}


def plan_object(
    *,
    desired: Desired | None,
    known: Known | None,
    cause: Cause | None,
    policy: Policy,
    remote_ids: Mapping[str, str],
) -> list[Step]:
    """Return the steps that bring one object in step, in their order; none if it is.

    Without ``desired`` the object leaves for ``cause``; without a cause nothing is taken away.
    ``remote_ids`` has the remote id of every linked member and manager by its object id; who is
    missing there is not at the target yet.
    """
    if desired is not None:
        return list(_STAYING[desired.kind](desired, known, policy, remote_ids))
    if known is not None and cause is not None:
        return list(_LEAVING[known.kind](known, cause, policy))
    return []


def plan_hash(steps: Sequence[Step]) -> str:
    """Return a digest of what the steps do: equal for equal steps, in any process."""
    return digest([[each.action, dict(each.before), dict(each.after)] for each in steps])
