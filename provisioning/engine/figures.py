"""The numbers of applications, of any number of them in as many statements as of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from accounts.tenancy.scoping import active_tenant_id
from provisioning.engine.troubles import (
    Troubles,
    by_application,
    failed_for_good,
    open_conflicts,
    waiting_and_held,
)
from provisioning.models import IN_FLIGHT, Application, Link, Operation, OperationState, Run
from provisioning.protocol.steps import Kind
from provisioning.storage.scope import count_in_scope_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
MOST_COUNTED: Final = 10_000
"""Of more people than that a page shows about how many they are: it does not read them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles(Troubles):
    """The numbers of an application's page: what is stuck there, and who is in step.

    ``in_step`` counts linked people without anything in flight, stuck or held; ``changed_there``
    those whose values somebody changed at the target.  Of very many people nobody counts every
    one: ``is_exact`` says whether ``assigned`` and ``in_step`` are more than about right.
    """

    assigned: int
    in_step: int
    is_exact: bool
    changed_there: int

    @property
    def needs_somebody(self) -> bool:
        """Whether something waits that does not go on by itself."""
        stuck = self.failed or self.quarantined or self.held or self.conflicts
        return bool(stuck or self.changed_there or self.kept or self.active_again)


def tiles(application: Application) -> Tiles:
    """Return how things stand at an application."""
    return tiles_of([application])[application.pk]


def tiles_of(applications: Iterable[Application]) -> dict[int, Tiles]:
    """Return how things stand at each of these applications of the active tenant, by its key."""
    keys = [application.pk for application in applications]
    many = _many(keys)
    few = [key for key in keys if key not in many]
    counted = count_in_scope_of(tenant_id=active_tenant_id(), application_ids=few)
    assigned = {**counted, **many}
    operations = waiting_and_held(keys)
    links = _links(few) | {key: _links_of_many(key) for key in many}
    conflicts = open_conflicts(keys)
    failed = failed_for_good(keys)
    for key, about in many.items():
        others = (failed.get(key, 0), *(operations[key][name] for name in ("waiting", "held")))
        links[key]["in_step"] = max(about - sum(others) - links[key]["quarantined"], 0)
    return {
        key: Tiles(
            assigned=assigned.get(key, 0),
            in_step=links[key]["in_step"],
            is_exact=key not in many,
            waiting=operations[key]["waiting"],
            oldest_waiting=operations[key]["oldest_waiting"],
            failed=failed.get(key, 0),
            quarantined=links[key]["quarantined"],
            held=operations[key]["held"],
            conflicts=conflicts.get(key, 0),
            changed_there=links[key]["changed_there"],
            kept=links[key]["kept"],
            active_again=links[key]["active_again"],
        )
        for key in keys
    }


def last_changes_of(applications: Iterable[Application]) -> dict[int, datetime]:
    """Return when something was last done at each of these applications at which anything was."""
    keys = [application.pk for application in applications]
    latest = Operation.objects.filter(application=OuterRef("pk")).exclude(ended=None)
    ended = Subquery(latest.order_by("-pk").values("ended")[:1])
    rows = Application.objects.filter(pk__in=keys).annotate(last=ended)
    return dict(rows.exclude(last=None).order_by().values_list("pk", "last"))


def _many(keys: list[int]) -> dict[int, int]:
    """Return the applications with very many people, and about how many.

    That is how many objects the last run has looked at that came to an end.
    """
    ended = Run.objects.filter(application=OuterRef("pk")).exclude(counts={})
    counts = Subquery(ended.order_by("-pk").values("counts")[:1])
    rows = Application.objects.filter(pk__in=keys).annotate(counts=counts).order_by()
    looked_at = {key: sum((each or {}).values()) for key, each in rows.values_list("pk", "counts")}
    return {key: number for key, number in looked_at.items() if number > MOST_COUNTED}


def _links_of_many(key: int) -> dict[str, Any]:
    """Return the numbers of links for which an index has just those that are counted."""
    links = Link.objects.filter(application=key)
    changed = links.exclude(drift={})
    people = links.filter(kind=Kind.USER)
    return {
        "quarantined": links.filter(quarantined_at__isnull=False).count(),
        "changed_there": changed.count(),
        "kept": people.filter(leaving_refused_at__isnull=False).count(),
        "active_again": changed.filter(
            kind=Kind.USER, is_active=False, drift__has_key="active"
        ).count(),
    }


def _links(keys: list[int]) -> dict[int, dict[str, Any]]:
    busy = Operation.objects.filter(
        application=OuterRef("application"),
        kind=Kind.USER,
        object_id=OuterRef("object_id"),
        state__in=(*IN_FLIGHT, OperationState.HELD),
    )
    is_quiet = Q(state=Link.State.LINKED, is_active=True, quarantined_at__isnull=True)
    is_person = Q(kind=Kind.USER)
    in_step = Q(is_person, is_quiet, ~Exists(busy))
    return by_application(
        Link.objects.filter(application__in=keys),
        keys,
        in_step=Count("pk", filter=in_step),
        quarantined=Count("pk", filter=Q(quarantined_at__isnull=False)),
        changed_there=Count("pk", filter=~Q(drift={})),
        kept=Count("pk", filter=is_person & Q(leaving_refused_at__isnull=False)),
        active_again=Count("pk", filter=is_person & Q(is_active=False, drift__has_key="active")),
    )
