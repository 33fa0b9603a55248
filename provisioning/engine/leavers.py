"""People who leave, and whom a target does not let go: it is told, and tried again each day.

A refusal is no end of it, as it is for a change: they keep their access there until it is done.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction

from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from provisioning.engine.draining import queue_performing
from provisioning.engine.gate import why_nothing_is_sent
from provisioning.engine.looking import look_at_all
from provisioning.engine.recording import record_operations
from provisioning.engine.refusals import forget_refusals
from provisioning.engine.rows import lock_planning
from provisioning.models import Application, Link
from provisioning.protocol.steps import Kind

_PORTION: Final = 1_000


def try_leavers_again() -> dict[str, Any]:
    """Try everybody again who is to leave and whom a target keeps, of every tenant; say how many.

    Whoever is to stay by now is kept no more.
    """
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _of_tenant)
    return with_failures({"leavers": sum(done.values())}, failed)


def _of_tenant(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        every = Application.objects.select_related("tenant").order_by("pk")
        return sum(_of_application(each) for each in every if not why_nothing_is_sent(each))


def _of_application(application: Application) -> int:
    kept = Link.objects.filter(
        application=application, kind=Kind.USER, leaving_refused_at__isnull=False
    )
    ids = list(kept.order_by("pk").values_list("object_id", flat=True))
    recorded = 0
    for start in range(0, len(ids), _PORTION):
        portion = ids[start : start + _PORTION]
        with transaction.atomic():
            lock_planning(application)
            forget_refusals(application, Kind.USER, portion)
            views = look_at_all(application, Kind.USER, portion)
            recorded += record_operations(application, views)
    if recorded:
        queue_performing(application.pk)
    return recorded
