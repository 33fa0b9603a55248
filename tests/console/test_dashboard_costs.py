"""What the dashboards cost: so many statements, whatever the size of the company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import DailyCount, Plan
from accounts.services.tenants import create_tenant
from accounts.tenancy.scoping import tenant_scope
from tests.conftest import signed_in
from tests.support.scim import enable_scim
from tests.support.troubled_company import trouble

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant, User

STATEMENTS: Final = 30
"""Of the first page of a company's console, with the session, the menu and what waits."""
LOGS: Final = (
    "accounts_auditentry",
    "scim_requestlogentry",
    "provisioning_exchange",
)
"""What no chart and no line is read from."""


def asked_for(browser: Client, address: str) -> list[str]:
    browser.get(address)  # What is remembered after the first page of a process.
    with CaptureQueriesContext(connection) as captured:
        browser.get(address)
    return [each["sql"] for each in captured]


def test_the_dashboard_costs_the_same_with_three_and_with_three_hundred_of_everything(
    acme: Tenant, alice: User
) -> None:
    enable_scim(acme)
    browser = signed_in(alice)
    trouble(acme, alice, 3)
    few = asked_for(browser, "/console/")

    trouble(acme, alice, 300, first=3)
    many = asked_for(browser, "/console/")

    assert len(many) == len(few) == STATEMENTS, "\n".join(few)
    assert not [sql for sql in many if any(f'FROM "{log}"' in sql for log in LOGS)]


def test_the_platform_costs_the_same_with_three_and_with_thirty_companies(
    platform: Client,
) -> None:
    def add(first: int, number: int) -> None:
        for each in range(first, first + number):
            company = create_tenant(slug=f"c{each}", name=f"C {each}", plan=Plan.ENTERPRISE)
            with tenant_scope(company):
                DailyCount.objects.create(day=timezone.localdate(), kind="created", number=each)

    add(0, 3)
    few = asked_for(platform, "/platform/")
    add(3, 30)

    assert len(asked_for(platform, "/platform/")) == len(few)
