"""The operators' pages."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import DailyCount, Job, Lockout, OneTimeLink, Plan, Tenant, User
from accounts.signing_in.domains import claim_domain
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from licenses.models import Product, Subscription
from licenses.services import assign_seat
from tests.conftest import person
from tests.support.html_forms import submit, text_of
from tests.support.many import do

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User as UserType


@pytest.fixture
def crm(acme: Tenant) -> Subscription:
    """Three seats of "CRM" for Acme, two of them used."""
    product = Product.objects.create(key="crm", name="CRM")
    with tenant_scope(acme):
        subscription = Subscription.objects.create(product=product, seats=3)
        for name in ("Carol", "Dan"):
            assign_seat(subscription=subscription, user=person(acme, name))
    return subscription


def test_a_new_tenant_has_an_invited_admin(platform: Client) -> None:
    data = {
        "slug": "initech",
        "name": "Initech",
        "plan": "enterprise",
        "admin_email": "bill@initech.example",
    }

    response = platform.post("/platform/accounts/tenant/add/", data, follow=True)

    assert "/link/" in response.content.decode()
    tenant = Tenant.objects.get(slug="initech")
    with tenant_scope(tenant):
        assert User.objects.get().is_admin
        assert OneTimeLink.objects.count() == 1


@pytest.mark.parametrize("slug", ["acme", "Not A Slug"])
def test_a_taken_or_malformed_slug_is_refused(platform: Client, acme: Tenant, slug: str) -> None:
    data = {"slug": slug, "name": "X", "plan": "starter", "admin_email": "x@x.example"}

    response = platform.post("/platform/accounts/tenant/add/", data)

    assert response.status_code == HTTPStatus.OK
    assert Tenant.objects.count() == 1


def test_the_plan_changes_and_the_slug_does_not(platform: Client, acme: Tenant) -> None:
    submit(platform, f"/platform/accounts/tenant/{acme.pk}/change/", slug="other", plan="starter")

    acme.refresh_from_db()
    assert (acme.slug, acme.plan) == ("acme", Plan.STARTER)


def test_seats_in_use_cannot_be_taken_away(platform: Client, crm: Subscription) -> None:
    url = f"/platform/licenses/subscription/{crm.pk}/change/"

    refused = submit(platform, url, seats="1")
    accepted = submit(platform, url, seats="2")

    assert "2 seats are in use" in refused.content.decode()
    assert accepted.status_code == HTTPStatus.FOUND
    with tenant_scope(crm.tenant):
        assert Subscription.objects.get().seats == 2


def test_a_subscription_is_made_for_one_tenant(platform: Client, acme: Tenant) -> None:
    product = Product.objects.create(key="crm", name="CRM")
    data = {"tenant": acme.pk, "product": product.pk, "seats": "5", "starts": "2020-01-01"}

    platform.post("/platform/licenses/subscription/add/", data)
    twice = platform.post("/platform/licenses/subscription/add/", data)

    assert "There already is one like this." in twice.content.decode()
    with tenant_scope(acme):
        assert Subscription.objects.get().seats == 5


def test_a_sold_product_cannot_be_deleted(platform: Client, crm: Subscription) -> None:
    response = platform.post(
        f"/platform/licenses/product/{crm.product_id}/delete/", {"post": "yes"}
    )

    assert "Cannot delete product" in response.content.decode()
    assert Product.objects.exists()


class TestOperators:
    URL = "/platform/accounts/user/"

    def test_only_operators_are_listed(self, platform: Client, alice: UserType) -> None:
        page = platform.get(self.URL).content.decode()

        assert "olga@gatehouse.example" in page
        assert "alice@acme.example" not in page

    def test_a_new_one_can_sign_in(self, platform: Client) -> None:
        data = {"user_name": "otto@gatehouse.example", "password": "rather long words"}

        platform.post(f"{self.URL}add/", data)

        with every_tenant():
            assert User.objects.get(user_name="otto@gatehouse.example").is_staff

    def test_one_who_is_there_already_is_said_to_be_an_operator(self, platform: Client) -> None:
        data = {"user_name": "OLGA@gatehouse.example", "password": "rather long words"}

        page = platform.post(f"{self.URL}add/", data).content.decode()

        assert "Another operator has this address." in page
        assert "in this tenant" not in page

    def test_a_short_password_is_refused(self, platform: Client) -> None:
        data = {"user_name": "otto@gatehouse.example", "password": "short"}

        assert "too short" in platform.post(f"{self.URL}add/", data).content.decode()

    def test_the_last_one_stays_active(self, platform: Client, olga: UserType) -> None:
        response = submit(platform, f"{self.URL}{olga.pk}/change/", active=None)

        assert "last active operator" in response.content.decode()


def test_a_lockout_is_reset(platform: Client) -> None:
    attempt: Any = Lockout.objects.create(
        username="bob", ip_address="192.0.2.1", failures_since_start=10
    )

    submit(platform, f"/platform/accounts/lockout/{attempt.pk}/delete/", field="post")

    assert not Lockout.objects.exists()


def test_a_domain_is_verified(platform: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        claim = claim_domain(domain="acme.example")

    do(platform, "/platform/accounts/emaildomain/", "verify", [claim.pk])

    with tenant_scope(acme):
        claim.refresh_from_db()
    assert claim.verified is not None


def test_the_trail_spans_tenants(platform: Client, alice: UserType, grace: UserType) -> None:
    page = platform.get("/platform/accounts/auditentry/").content.decode()

    assert "alice" in page.lower()
    assert "grace" in page.lower()


class TestFirstPage:
    def test_companies_with_state_plan_and_growth(
        self, platform: Client, acme: Tenant, globex: Tenant
    ) -> None:
        Tenant.objects.filter(pk=acme.pk).update(saml_enabled=True, scim_enabled=True)
        Tenant.objects.filter(pk=globex.pk).update(plan=Plan.STARTER, saml_enabled=True)
        today = timezone.localdate()
        with tenant_scope(acme):
            for kind, days_ago, number in (
                ("created", 0, 7),
                ("created", 29, 5),
                ("created", 30, 99),
                ("deleted", 3, 2),
            ):
                day = today - timedelta(days=days_ago)
                DailyCount.objects.create(day=day, kind=kind, number=number)

        page = platform.get("/platform/")

        said = re.sub(r"<[^>]+>", " ", text_of(page))
        assert re.search(r"Acme\s+SAML and SCIM\s+Enterprise\s+0\s+12\s+2\s", said)
        assert re.search(r"Globex\s+Off: not in the plan\s+Starter\s+0\s+0\s+0\s", said)
        assert "12 came, 2 were deleted" in text_of(page)

    def test_a_failed_job_is_tried_again_from_the_page_after_it_asked(
        self, platform: Client, acme: Tenant
    ) -> None:
        with tenant_scope(acme):
            failed = Job.objects.create(
                kind="accounts.send_letter_to",
                tenant=acme,
                queue="mail",
                actor="x",
                state=Job.State.FAILED,
                error="The mail server is away.",
            )
        page = platform.get("/platform/").content.decode()
        assert "1 job has failed" in page
        assert "The mail server is away." in page

        sent = {"action": "retry", "index": "0", "_selected_action": str(failed.pk)}
        asked = platform.post("/platform/accounts/job/", sent)

        assert "Try 1 job again?" in asked.content.decode()
        with every_tenant():
            assert Job.objects.get(pk=failed.pk).state == Job.State.FAILED

    def test_without_any_company(self, platform: Client) -> None:
        assert "There is no company yet." in text_of(platform.get("/platform/"))


def test_what_a_company_has_not_switched_on_is_off_and_no_error(
    platform: Client, acme: Tenant
) -> None:
    for address in (
        reverse("platform:accounts_tenant_changelist"),
        reverse("platform:accounts_tenant_change", args=[acme.pk]),
    ):
        page = platform.get(address).content.decode()
        assert page.count(">Off<") == 3
        assert "icon-no" not in page


def test_the_form_says_what_needs_which_plan(platform: Client) -> None:
    page = platform.get(reverse("platform:accounts_tenant_add")).content.decode()
    assert "SAML and SCIM need Enterprise." in page
