"""The first page of the console: times that name their zone, and what needs somebody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.models import AuditEntry, Tenant
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import SignInAttempt

if TYPE_CHECKING:
    from django.test import Client


def test_times_name_the_month_and_the_time_zone(acme: Tenant, console: Client) -> None:
    with tenant_scope(acme):
        AuditEntry.objects.update(at=datetime(2026, 11, 12, 15, 4, 5, tzinfo=UTC))

    page = console.get("/console/accounts/auditentry/").content.decode()

    assert "12 Nov 2026, 15:04:05 UTC" in page


def test_a_refused_sign_in_leads_to_what_happened_and_what_to_do(
    acme: Tenant, console: Client
) -> None:
    Tenant.objects.filter(pk=acme.pk).update(saml_enabled=True)
    with tenant_scope(acme):
        refused = SignInAttempt.objects.create(
            outcome=SignInAttempt.Outcome.REFUSED, reason="Nobody here.", remedy="Send them first."
        )

    page = console.get("/console/").content.decode()

    assert "Nobody here. Send them first." in page
    assert reverse("console:saml-and-scim-attempt", args=[refused.pk]) in page
