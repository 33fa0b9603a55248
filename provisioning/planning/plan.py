"""What has to be done at a target so that it holds of one object what it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provisioning.planning.objects import Cause, Desired, Known, Policy
    from provisioning.protocol.steps import Step


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
    raise NotImplementedError


def plan_hash(steps: Sequence[Step]) -> str:
    """Return a digest of what the steps do: equal for equal steps, in any process."""
    raise NotImplementedError
