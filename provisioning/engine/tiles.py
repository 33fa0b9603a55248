"""The numbers of an application's page: how many people are in step, waiting or stuck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Exists, Min, OuterRef

from provisioning.desired import people_in_scope
from provisioning.models import IN_FLIGHT, Conflict, Link, Operation, OperationState, Run
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from provisioning.models import Application

MOST_COUNTED: Final = 10_000
"""Of more people than that a page shows about how many they are: none reads them all."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """The numbers of an application's page.

    ``in_step`` counts linked people without anything in flight, stuck or held; ``changed_there``
    those whose values somebody changed at the target.  Of very many people nobody counts every
    one: ``is_exact`` says whether ``assigned`` and ``in_step`` are more than about right.
    """

    assigned: int
    in_step: int
    is_exact: bool
    waiting: int
    oldest_waiting: datetime | None
    failed: int
    quarantined: int
    held: int
    conflicts: int
    changed_there: int


def tiles(application: Application) -> Tiles:
    """Return how things stand at an application."""
    links = Link.objects.filter(application=application, kind=Kind.USER)
    in_flight = Operation.objects.filter(application=application, state__in=IN_FLIGHT)
    stuck = Operation.objects.filter(
        application=application,
        kind=Kind.USER,
        object_id=OuterRef("object_id"),
        state__in=(*IN_FLIGHT, OperationState.HELD),
    )
    waiting = in_flight.aggregate(count=Count("pk"), oldest=Min("created"))
    failed = _latest_failed(application)
    quarantined = Link.objects.filter(application=application, quarantined_at__isnull=False).count()
    held = Operation.objects.filter(application=application, state=OperationState.HELD).count()
    looked_at = _looked_at(application)
    is_exact = looked_at <= MOST_COUNTED
    if is_exact:
        assigned = people_in_scope(application=application)
        in_step = links.filter(
            ~Exists(stuck), state=Link.State.LINKED, is_active=True, quarantined_at__isnull=True
        ).count()
    else:
        assigned = looked_at
        in_step = max(assigned - waiting["count"] - failed - quarantined - held, 0)
    return Tiles(
        assigned=assigned,
        in_step=in_step,
        is_exact=is_exact,
        waiting=waiting["count"],
        oldest_waiting=waiting["oldest"],
        failed=failed,
        quarantined=quarantined,
        held=held,
        conflicts=Conflict.objects.filter(
            application=application, state=Conflict.State.OPEN
        ).count(),
        changed_there=Link.objects.filter(application=application).exclude(drift={}).count(),
    )


def _looked_at(application: Application) -> int:
    """Return how many objects the last run to its end has looked at; 0 if there was none."""
    ended = Run.objects.filter(application=application).exclude(counts={})
    counts = ended.values_list("counts", flat=True).first() or {}
    return sum(counts.values())


def _latest_failed(application: Application) -> int:
    """Count the objects whose last operation failed for good."""
    newer = Operation.objects.filter(
        application=application, object_id=OuterRef("object_id"), pk__gt=OuterRef("pk")
    )
    return Operation.objects.filter(
        ~Exists(newer), application=application, state=OperationState.FAILED
    ).count()
