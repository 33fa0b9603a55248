"""Comparing each application with its target as often as its admins want."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from provisioning.engine.gate import why_nothing_is_sent
from provisioning.engine.starting import begin_run
from provisioning.models import Application, Run

if TYPE_CHECKING:
    from collections.abc import Mapping

_EVERY: Final[Mapping[str, timedelta]] = {
    "day": timedelta(hours=23),
    "week": timedelta(days=7, hours=-1),
}
"""An hour less than what is said: the clock looks once an hour."""


def start_due_runs() -> dict[str, Any]:
    """Start a full run of every application that was not compared for as long as it says."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _of_tenant)
    return with_failures({"runs": sum(done.values())}, failed)


def _of_tenant(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        due = [
            application
            for application in Application.objects.select_related("tenant").order_by("pk")
            if _is_due(application)
        ]
        for application in due:
            begin_run(application, Run.Kind.FULL)
    return len(due)


def _is_due(application: Application) -> bool:
    every = _EVERY.get(application.compare_every)
    if every is None or why_nothing_is_sent(application):
        return False
    since = timezone.now() - every
    runs = Run.objects.filter(application=application, kind=Run.Kind.FULL, created__gt=since)
    return not runs.exists()
