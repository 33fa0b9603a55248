"""Comparing each application with its target as often as its admins want."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from provisioning.engine.gate import why_nothing_is_sent
from provisioning.engine.starting import begin_run
from provisioning.engine.working_out import break_off
from provisioning.models import IN_FLIGHT, Application, Operation, Run

if TYPE_CHECKING:
    from collections.abc import Mapping

_EVERY: Final[Mapping[str, timedelta]] = {
    "day": timedelta(hours=23),
    "week": timedelta(days=7, hours=-1),
}
"""An hour less than what is said: the clock looks once an hour."""
_LONGEST: Final = timedelta(hours=12)
"""So long no run is worked out."""
_NOT_WHOLE: Final = (Run.State.INCOMPLETE, Run.State.STOPPED, Run.State.REPLACED)


def start_due_runs() -> dict[str, Any]:
    """Start a full run of every application that was not compared for as long as it says.

    Where everybody was to be looked at and was not, that is begun again.
    """
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _of_tenant)
    return with_failures({"runs": sum(done.values())}, failed)


def _of_tenant(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        begun = 0
        for application in Application.objects.select_related("tenant").order_by("pk"):
            _end_abandoned(application)
            if _is_due(application):
                begin_run(application, Run.Kind.FULL)
            elif _is_behind(application):
                begin_run(application, Run.Kind.CATCH_UP)
            else:
                continue
            begun += 1
    return begun


def _is_due(application: Application) -> bool:
    every = _EVERY.get(application.compare_every)
    if every is None or why_nothing_is_sent(application):
        return False
    since = timezone.now() - every
    runs = Run.objects.filter(application=application, kind=Run.Kind.FULL, created__gt=since)
    return not runs.exists() and not _is_being_sent(application)


def _is_being_sent(application: Application) -> bool:
    """Tell whether a run is under way, which would lose its operations to another."""
    sent = Operation.objects.filter(application=application, state__in=IN_FLIGHT)
    return sent.filter(run__state=Run.State.SENDING).exists()


def _is_behind(application: Application) -> bool:
    """Tell whether everybody was to be looked at anew, and was not to the end.

    The feed was followed beyond what that was about: whoever left then would stay for good.
    """
    if why_nothing_is_sent(application):
        return False
    runs = Run.objects.filter(application=application, kind__in=(Run.Kind.FULL, Run.Kind.CATCH_UP))
    stopped_early = Q(state=Run.State.STOPPED, sent_at__isnull=True)
    broken = runs.filter(Q(state=Run.State.INCOMPLETE) | stopped_early, kind=Run.Kind.CATCH_UP)
    latest = broken.order_by("-created").values_list("created", flat=True).first()
    if latest is None:
        return False
    whole = runs.filter(created__gt=latest).exclude(state__in=_NOT_WHOLE)
    return not whole.exists()


def _end_abandoned(application: Application) -> None:
    """End the runs that no worker has worked out, however often it began."""
    since = timezone.now() - _LONGEST
    abandoned = Run.objects.filter(
        application=application, state=Run.State.READING, created__lt=since
    )
    for run in abandoned:
        break_off(run, _("No worker came to its end."))
