"""Lists of logs never count all their rows: up to so many, and about how many beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry, Tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from console.base.cut_list import CutChangeList, CutPaginator
from provisioning.models import Operation
from scim.models import RequestLogEntry
from tests.support.html_forms import text_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

LOGS: Final[dict[Any, str]] = {
    AuditEntry: "accounts_auditentry",
    Operation: "provisioning_operation",
    RequestLogEntry: "scim_requestlogentry",
}


@pytest.mark.parametrize("model", LOGS)
def test_every_list_of_a_log_is_cut(model: Any, rf: Any) -> None:
    log = admin.site._registry[model]

    assert issubclass(log.get_changelist(rf.get("/")), CutChangeList)
    assert log.paginator is CutPaginator


@pytest.mark.parametrize("model", LOGS)
def test_no_row_is_counted_beyond_those_that_are_paged_through(console: Client, model: Any) -> None:
    with CaptureQueriesContext(connection) as statements:
        console.get(reverse(f"console:{LOGS[model]}_changelist"))

    table = f'FROM "{model._meta.db_table}"'
    counts = [
        each["sql"]
        for each in statements
        if "COUNT(*)" in each["sql"] and table in each["sql"] and "GROUP BY" not in each["sql"]
    ]
    assert all("LIMIT" in each for each in counts)


def test_of_more_it_is_said_about_how_many_there_are(
    console: Client, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("counting", "cut_list"):
        monkeypatch.setattr(f"console.base.{module}.EXACT", 2)
    with tenant_scope(acme):
        for _ in range(4):
            audit.record("job.retried", acme)

    page = text_of(console.get("/console/accounts/auditentry/"))

    assert "1 to 2 of about" in page
    assert "Search or filter to see the others." in page
