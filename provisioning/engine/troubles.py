"""What waits or is stuck at applications, and what came of it last: a page over all of them.

Nothing here reads who is in step, so nothing costs more in a larger company.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery

from provisioning.models import (
    IN_FLIGHT,
    Application,
    Conflict,
    Import,
    ImportRow,
    Link,
    Operation,
    OperationState,
)
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubles:
    """What does not go on by itself at an application, and what is on its way.

    ``kept`` are those who have left and whom the target does not let go; ``active_again`` those to
    whom somebody there gave their access back.
    """

    waiting: int
    oldest_waiting: datetime | None
    failed: int
    quarantined: int
    held: int
    conflicts: int
    kept: int
    active_again: int


class LastHeard(NamedTuple):
    """When something was last done, and when something was last refused, and why."""

    done: datetime | None = None
    refused: datetime | None = None
    reason: str = ""


def troubles_of(keys: Collection[int]) -> dict[int, Troubles]:
    """Return what is stuck or on its way at these applications, in four statements."""
    operations = waiting_and_held(keys)
    links = _stuck_links(keys)
    conflicts = open_conflicts(keys)
    failed = failed_for_good(keys)
    return {
        key: Troubles(
            **operations[key],
            **links[key],
            conflicts=conflicts.get(key, 0),
            failed=failed.get(key, 0),
        )
        for key in keys
    }


def undecided_of(keys: Collection[int]) -> dict[int, int]:
    """Return how many accounts the imports of these applications have found to decide about."""
    rows = ImportRow.objects.filter(state=ImportRow.State.WAITING, batch__state=Import.State.READ)
    return _counted(rows, keys)


def last_heard_of(keys: Collection[int]) -> dict[int, LastHeard]:
    """Return what came of the last operations of these applications, in two statements."""

    def last(state: OperationState, column: str) -> Subquery:
        found = Operation.objects.filter(application=OuterRef("pk"), state=state)
        return Subquery(found.order_by("-pk").values(column)[:1])

    rows = (
        Application.objects.filter(pk__in=keys)
        .order_by()
        .annotate(
            done=last(OperationState.DONE, "ended"),
            failed=last(OperationState.FAILED, "pk"),
            set_aside=last(OperationState.QUARANTINED, "pk"),
        )
    )
    found = list(rows.values_list("pk", "done", "failed", "set_aside"))
    refused = Operation.objects.in_bulk([key for row in found for key in row[2:] if key])
    heard = {}
    for key, done, *last_refused in found:
        newest = refused.get(max((each for each in last_refused if each), default=0))
        heard[key] = LastHeard(
            done,
            None if newest is None else newest.ended or newest.created,
            "" if newest is None else newest.last_error,
        )
    return heard


def waiting_and_held(keys: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return how many operations wait, since when, and how many are held, by application."""
    in_flight = Q(state__in=IN_FLIGHT)
    return by_application(
        Operation.objects.filter(application__in=keys, state__in=(*IN_FLIGHT, OperationState.HELD)),
        keys,
        waiting=Count("pk", filter=in_flight),
        oldest_waiting=Min("created", filter=in_flight),
        held=Count("pk", filter=Q(state=OperationState.HELD)),
    )


def open_conflicts(keys: Collection[int]) -> dict[int, int]:
    """Return how many conflicts nobody has decided, of applications that have any."""
    return _counted(Conflict.objects.filter(state=Conflict.State.OPEN), keys)


def failed_for_good(keys: Collection[int]) -> dict[int, int]:
    """Return how many operations failed for good, and after which no other came."""
    return _counted(still_failed(Operation.objects.all()), keys)


def still_under_way(operations: QuerySet[Operation]) -> QuerySet[Operation]:
    """Return those of ``operations`` that wait or are being sent."""
    return operations.filter(state__in=IN_FLIGHT)


def still_failed(operations: QuerySet[Operation]) -> QuerySet[Operation]:
    """Return those that failed for good, and after which no other came."""
    return operations.filter(~Exists(_newer()), state=OperationState.FAILED)


def still_set_aside(operations: QuerySet[Operation]) -> QuerySet[Operation]:
    """Return the last one about each who is set aside at an application now."""
    set_aside = Link.objects.filter(
        application=OuterRef("application"),
        kind=OuterRef("kind"),
        object_id=OuterRef("object_id"),
        quarantined_at__isnull=False,
    )
    return operations.filter(Exists(set_aside), ~Exists(_newer()))


def _newer() -> QuerySet[Operation]:
    return Operation.objects.filter(
        application=OuterRef("application"), object_id=OuterRef("object_id"), pk__gt=OuterRef("pk")
    )


def by_application(
    rows: QuerySet[Any], keys: Collection[int], **numbers: Any
) -> dict[int, dict[str, Any]]:
    """Return numbers of each application; zeros, or nothing, of one without rows."""
    grouped = rows.order_by().values("application_id").annotate(**numbers)
    nothing = {name: 0 if isinstance(each, Count) else None for name, each in numbers.items()}
    found = {row.pop("application_id"): row for row in grouped}
    return dict.fromkeys(keys, nothing) | found


def _stuck_links(keys: Collection[int]) -> dict[int, dict[str, Any]]:
    """Look at those of which an index has just these; whatever is in step is not read."""
    is_set_aside, is_kept = Q(quarantined_at__isnull=False), Q(leaving_refused_at__isnull=False)
    is_person, is_changed = Q(kind=Kind.USER), ~Q(drift={})
    return by_application(
        Link.objects.filter(is_set_aside | is_kept | is_changed, application__in=keys),
        keys,
        quarantined=Count("pk", filter=is_set_aside),
        kept=Count("pk", filter=is_person & is_kept),
        active_again=Count("pk", filter=is_person & Q(is_active=False, drift__has_key="active")),
    )


def _counted(rows: QuerySet[Any], keys: Collection[int]) -> dict[int, int]:
    grouped = rows.filter(application__in=keys).order_by().values("application_id")
    return dict(grouped.annotate(count=Count("pk")).values_list("application_id", "count"))
