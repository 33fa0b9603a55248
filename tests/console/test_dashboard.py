"""The first page of the console: times that name their zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from accounts.models import AuditEntry
from accounts.tenancy.scoping import tenant_scope

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant


def test_times_name_the_month_and_the_time_zone(acme: Tenant, console: Client) -> None:
    with tenant_scope(acme):
        AuditEntry.objects.update(at=datetime(2026, 11, 12, 15, 4, 5, tzinfo=UTC))

    page = console.get("/console/accounts/auditentry/").content.decode()

    assert "12 Nov 2026, 15:04:05 UTC" in page
