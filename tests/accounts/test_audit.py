"""What the audit trail records, and for whom."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Tenant, User
from accounts.tenancy.scoping import ForeignTenantError, TenantScopeMissingError, tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit


@pytest.mark.django_db
class TestRecording:
    def test_an_entry_tells_who_did_what_to_whom(self, acme: Tenant, bob: User) -> None:
        with tenant_scope(acme), audit.acting_as("SCIM: Okta"):
            audit.record("user.updated", bob, changed=["title"], note='"quoted" 100 %s')
            entry = AuditEntry.objects.latest("pk")

        assert (entry.tenant_id, entry.actor, entry.action) == (
            acme.pk,
            "SCIM: Okta",
            "user.updated",
        )
        assert (entry.target_type, entry.target_id, entry.target) == (
            "user",
            str(bob.pk),
            "Bob (bob@acme.example)",
        )
        assert entry.details == {"changed": ["title"], "note": '"quoted" 100 %s'}

    def test_many_entries_cost_one_statement(self, acme: Tenant, bob: User) -> None:
        with tenant_scope(acme), CaptureQueriesContext(connection) as captured:
            audit.record_all(audit.Event("user.updated", bob, {"n": n}) for n in range(50))

        assert len(captured) == 1
        with tenant_scope(acme):
            details = AuditEntry.objects.filter(action="user.updated").values_list("details")
            assert sorted(each["n"] for (each,) in details) == list(range(50))

    def test_nothing_to_record_costs_nothing(self, acme: Tenant) -> None:
        with tenant_scope(acme), CaptureQueriesContext(connection) as captured:
            audit.record_all([])

        assert not captured.captured_queries

    def test_a_trail_holds_its_own_tenant_s_entries_only(self, globex: Tenant, bob: User) -> None:
        with tenant_scope(globex), pytest.raises(ForeignTenantError):
            audit.record("user.updated", bob)
        with pytest.raises(TenantScopeMissingError):
            audit.record("user.updated", bob)

    def test_an_operator_s_action_belongs_to_its_target_s_tenant(self, bob: User) -> None:
        with every_tenant():
            audit.record("user.updated", bob)
            audit.record("operator.looked")
            looked, updated = AuditEntry.objects.order_by("-pk")[:2]

        assert looked.tenant_id is None
        assert updated.tenant_id == bob.tenant_id
