"""Telling admins once a week what is stuck at their applications, for as long as anything is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Tenant
from accounts.services.notices import notify_admins
from accounts.tenancy.scoping import tenant_id_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from accounts.trail import audit
from provisioning.engine.figures import tiles_of
from provisioning.engine.gate import includes_provisioning
from provisioning.engine.letters import weekly_letter
from provisioning.models import Application

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioning.engine.figures import Tiles

A_WEEK: Final = timedelta(days=6, hours=20)
"""Some hours less than what is said: the clock looks once a day."""


def mail_what_is_stuck() -> dict[str, Any]:
    """Mail the admins of every tenant at which something is stuck; say to how many tenants."""
    done, failed = do_for_each(
        Tenant.objects.order_by("pk"), lambda tenant: mail_what_is_stuck_at(tenant=tenant)
    )
    return with_failures({"tenants_told": sum(done.values())}, failed)


@transaction.atomic
def mail_what_is_stuck_at(*, tenant: Tenant) -> int:
    """Mail the admins of ``tenant``, if something is stuck that they were not told this week.

    Returns:
        1 if a mail goes out, else 0.  What is paused is no news: somebody paused it.
    """
    if not includes_provisioning(tenant):
        return 0
    with tenant_id_scope(tenant.pk):
        told_lately = Q(stuck_told_at__gt=timezone.now() - A_WEEK)
        if Application.objects.filter(told_lately).exists():
            return 0
        stuck = _stuck()
        if not stuck:
            return 0
        now = timezone.now()
        for application, _numbers in stuck:
            Application.objects.filter(pk=application.pk).update(stuck_told_at=now)
            audit.record("application.stuck_mail_sent", application)
        notify_admins(tenant=tenant, letter=weekly_letter(stuck))
    return 1


def _stuck() -> Sequence[tuple[Application, Tiles]]:
    opened = Application.objects.filter(first_plan_sent_at__isnull=False, is_paused=False)
    applications = list(opened.order_by("name", "pk"))
    numbers = tiles_of(applications)
    return [
        (each, numbers[each.pk])
        for each in applications
        if each.quarantined_at is not None or numbers[each.pk].needs_somebody
    ]
