"""Bringing groups and reports in step once somebody whom they wait for is there."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from accounts.trail import audit
from provisioning.engine.known import remote_ids_of
from provisioning.models import AwaitedLink, OperationState, Phase
from provisioning.protocol.steps import Action, Kind
from provisioning.storage.wanted import Origin, Wanted, insert_in_flight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioning.engine.looking import View
    from provisioning.models import Application


def keep_awaited(application: Application, views: Sequence[View]) -> list[View]:
    """Note who should be a member or manager and is not there; return those with somebody who is.

    Under the lock of planning: whoever is linked later finds what is noted here, and whoever was
    linked before is found here.
    """
    linked = {view.link.pk: view for view in views if view.link is not None and view.link.pk}
    before: dict[int, set[str]] = {key: set() for key in linked}
    rows = AwaitedLink.objects.filter(link__in=linked).values_list("link_id", "object_id")
    for link_id, object_id in rows:
        before[link_id].add(object_id)
    for key, view in linked.items():
        over = before[key] - view.awaited
        if over:
            AwaitedLink.objects.filter(link=key, object_id__in=over).delete()
    AwaitedLink.objects.bulk_create(
        [
            AwaitedLink(link_id=key, object_id=object_id)
            for key, view in linked.items()
            for object_id in sorted(view.awaited - before[key])
        ],
        batch_size=1_000,
    )
    named = set(chain.from_iterable(view.awaited for view in linked.values()))
    there = remote_ids_of(application, named)
    return [view for view in linked.values() if view.awaited & there.keys()]


def queue_who_awaits(application: Application, object_id: str) -> None:
    """Queue the groups that this object is to be a member of, and whose manager it is."""
    waiting = AwaitedLink.objects.filter(
        object_id=object_id, link__application=application
    ).select_related("link")
    rows = [
        Wanted(
            kind=each.link.kind,
            object_id=each.link.object_id,
            name=each.link.name,
            state=OperationState.WAITING,
            phase=Phase.MEMBERSHIPS if each.link.kind == Kind.GROUP else Phase.REFERENCES,
            cause="",
            is_removal=False,
            is_allowed=False,
            steps=[],
            main_action=(
                Action.ADD_MEMBERS if each.link.kind == Kind.GROUP else Action.SET_REFERENCE
            ),
            plan_hash="",
        )
        for each in waiting.order_by("link_id")
    ]
    insert_in_flight(Origin(application.tenant_id, application.pk, None, audit.acting()), rows)
