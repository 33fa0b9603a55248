"""What somebody else has changed at a target: kept for an admin, and put back when one says so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from accounts.trail import audit
from provisioning.engine.draining import queue_performing
from provisioning.engine.known import keep_shown, known_of, members_of
from provisioning.engine.looking import look_at_all
from provisioning.engine.recording import record_operations
from provisioning.engine.rows import lock_planning
from provisioning.models import IN_FLIGHT, Link, Operation
from provisioning.planning.comparing import ACTIVE, LISTS, MEMBERS, known_put_back
from provisioning.protocol.canonical import digest
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

    from provisioning.models import Application
    from provisioning.planning.objects import Known

MOST_MEMBERS: Final = 1_000
"""So many members that are missing in one group are kept; the next full run finds the others."""


def drifted(application: Application) -> QuerySet[Link]:
    """Return the links to what was changed there and is only reported, the oldest first."""
    return Link.objects.filter(application=application).exclude(drift={}).order_by("pk")


def digest_of_drift(link: Link) -> str:
    """Return what tells the changes that a page showed from those that are kept now."""
    return digest(link.drift)


def with_missing_members(drift: Mapping[str, Any], missing: Iterable[str]) -> dict[str, Any]:
    """Return what was changed there with the members of ours that a group lacks there."""
    others = {path: values for path, values in drift.items() if path != MEMBERS}
    lacking = sorted(missing)[:MOST_MEMBERS]
    return {**others, MEMBERS: [lacking, None]} if lacking else others


@transaction.atomic
def put_back(*, application: Application, shown: Mapping[int, str]) -> int:
    """Write again what stood at the target before somebody changed it there.

    Args:
        application: The application.
        shown: Keys of links, each with :func:`digest_of_drift` as its changes were shown.

    Returns:
        How many objects are on their way; those are left out whose changes are others by now.
    """
    lock_planning(application)
    rows = drifted(application).select_for_update(of=("self",)).filter(pk__in=shown)
    _hold_operations(application, Link.objects.filter(pk__in=shown))
    links = [link for link in rows if digest_of_drift(link) == shown[link.pk]]
    members = members_of(links)
    for link in links:
        known = known_of(link, members.get(link.pk))
        if known is not None:
            after, link.drift = _as_changed_there(known, link.drift), {}
            keep_shown(link, after, before=known)
    recorded = 0
    for kind in Kind:
        ids = [link.object_id for link in links if link.kind == kind]
        recorded += record_operations(application, look_at_all(application, kind, ids))
    if recorded:
        audit.record("application.put_back", application, objects=recorded)
        queue_performing(application.pk)
    return recorded


def _hold_operations(application: Application, links: QuerySet[Link]) -> None:
    """Hold what is in flight of these links, as whoever does it holds that before the link."""
    in_flight = Operation.objects.select_for_update().filter(
        application=application,
        state__in=IN_FLIGHT,
        object_id__in=links.order_by().values("object_id"),
    )
    list(in_flight.order_by("pk").values_list("pk"))


def _as_changed_there(known: Known, drift: Mapping[str, Any]) -> Known:
    """Return what is known when what stands there now counts as what we wrote last."""
    missing = {path: ours for path, (ours, _shown) in drift.items() if path in LISTS}
    values = {
        path: there
        for path, (_ours, there) in drift.items()
        if path not in LISTS and path != ACTIVE
    }
    after = known_put_back(replace(known, applied={**known.applied, **values}), missing)
    if ACTIVE in drift:
        after = replace(after, is_active=bool(drift[ACTIVE][1]))
    return after
