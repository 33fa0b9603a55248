"""Deleting after some days whoever was deactivated at a target."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from provisioning.engine.draining import queue_performing
from provisioning.engine.gate import includes_provisioning
from provisioning.engine.looking import look_at_all
from provisioning.engine.recording import record_operations
from provisioning.models import Application, Link
from provisioning.protocol.steps import Kind

_PORTION: Final = 1_000


def delete_who_is_due() -> dict[str, Any]:
    """Plan the deletion of everybody whose days are over, of every tenant; say how many."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _of_tenant)
    return with_failures({"deletions": sum(done.values())}, failed)


def _of_tenant(tenant: Tenant) -> int:
    if not includes_provisioning(tenant):
        return 0
    with tenant_scope(tenant):
        opened = Application.objects.filter(first_plan_sent_at__isnull=False)
        return sum(_of_application(application) for application in opened.order_by("pk"))


def _of_application(application: Application) -> int:
    due = Link.objects.filter(
        application=application, kind=Kind.USER, delete_due__lte=timezone.now()
    )
    # All of them: of those who are held or refused, nothing changes for as long as they are.
    ids = list(due.order_by("pk").values_list("object_id", flat=True))
    recorded = 0
    for start in range(0, len(ids), _PORTION):
        portion = ids[start : start + _PORTION]
        recorded += record_operations(application, look_at_all(application, Kind.USER, portion))
    if recorded:
        queue_performing(application.pk)
    return recorded
