"""The first page of the console: certificates that expire, and times that name their zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.scoping import tenant_scope
from saml_sso.models import IdentityProviderCertificate
from tests.support.saml_party import connect, party_of

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from accounts.models import Tenant


@pytest.mark.parametrize(
    ("days", "said"),
    [(61, False), (59, True), (-1, True)],
)
def test_the_dashboard_warns_sixty_days_before_a_certificate_expires(
    acme: Tenant, console: Client, tmp_path: Path, days: int, *, said: bool
) -> None:
    connect(acme, tmp_path, party_of("acme"))
    with tenant_scope(acme):
        expiry = timezone.now() + timedelta(days=days)
        IdentityProviderCertificate.objects.update(not_after=expiry)

    page = console.get("/console/").content.decode()

    assert ("Get the new certificate from your identity provider" in page) is said


def test_times_name_the_month_and_the_time_zone(acme: Tenant, console: Client) -> None:
    with tenant_scope(acme):
        AuditEntry.objects.update(at=datetime(2026, 11, 12, 15, 4, 5, tzinfo=UTC))

    page = console.get("/console/accounts/auditentry/").content.decode()

    assert "12 Nov 2026, 15:04:05 UTC" in page
