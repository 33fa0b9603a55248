"""What somebody else has changed at a target, kept with its link to be reported."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from provisioning.models import Link
from provisioning.planning.comparing import drift_of
from provisioning.planning.objects import Drift
from provisioning.planning.values import is_active_again
from provisioning.protocol.paths import parse_target_path
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from provisioning.engine.looking import View
    from provisioning.planning.objects import Policy


def note_drift(views: Sequence[View], policy: Policy) -> None:
    """Keep what somebody else has changed of who is wanted, where that is to be reported."""
    # What is kept of a resource is kept without its members.
    policy = replace(policy, lists_members=False)
    found: list[tuple[View, dict[str, Any]]] = []
    for view in views:
        if view.known is None or view.desired is None:
            continue
        drift = drift_of(view.known.seen, view.known, view.desired, policy)
        there = {
            path: [ours, shown]
            for path, (shown, ours) in drift.items()
            if policy.drift_at(parse_target_path(path).head, path) is Drift.REPORT
        }
        found.append((view, there))
    _keep(found)


def note_reactivated(views: Iterable[View]) -> None:
    """Keep who has left, and is active there again: somebody else gave them their access back.

    That is told whatever is done about drift: nobody accepts an access beforehand.  Where drift is
    overwritten, they are deactivated, and it is over.
    """
    found = [
        (view, {"active": [False, True]} if is_active_again(view.known) else {})
        for view in views
        if view.kind is Kind.USER and view.known is not None
    ]
    _keep(found)


def _keep(found: Iterable[tuple[View, dict[str, Any]]]) -> None:
    changed: list[Link] = []
    for view, there in found:
        if view.link is not None and there != view.link.drift:
            view.link.drift = there
            changed.append(view.link)
    Link.objects.bulk_update(changed, ["drift"])
