"""Every refusal leaves a record in its tenant's trail, and nobody can flood the trail with them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.errors import LastAdminError
from accounts.jobs import queueing
from accounts.models import AuditEntry, OneTimeLink, Role, Tenant, User
from accounts.services.users import deactivate_user
from accounts.signing_in.links import make_link
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import refusals
from accounts.trail.refusals import NOT_SIGNED_IN, RefusalLimit, record_refusal
from licenses.models import Product, Subscription
from saml_sso.models import SetUpLink
from saml_sso.services.set_up_links import make_set_up_link, revoke_set_up_link
from scim.models import BearerToken, Source
from scim.protocol import urns
from tests.conftest import PASSWORD, do_at_once, person, signed_in
from tests.support.html_forms import what_is_sent
from tests.support.many import ask
from tests.support.scim import SCIMClient, connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Job

pytestmark = pytest.mark.django_db


def recorded(tenant: Tenant) -> list[tuple[str, str, str]]:
    """Return action, actor and target, by name alone, of every refusal in a tenant's trail."""
    with tenant_scope(tenant):
        entries = AuditEntry.objects.exclude(details__reason=None).order_by("pk")
        return [(each.action, each.actor, each.target.partition(" (")[0]) for each in entries]


def sign_in(username: str, password: str = PASSWORD) -> None:
    Client().post("/sign-in/", {"username": username, "password": password})


# --- One function for each refusal: do what is refused, return (action, actor, target) -------


def _wrong_password(acme: Tenant) -> tuple[str, str, str]:
    sign_in("bob@acme.example", "wrong")
    return "sign_in.refused", NOT_SIGNED_IN, "Bob"


def _password_under_enforcement(acme: Tenant) -> tuple[str, str, str]:
    Tenant.objects.filter(pk=acme.pk).update(saml_enabled=True, saml_enforced=True)
    sign_in("bob@acme.example")
    return "sign_in.refused", NOT_SIGNED_IN, "Bob"


def _wrong_recovery_code(acme: Tenant) -> tuple[str, str, str]:
    Client().post("/sign-in/recovery/", {"username": "alice@acme.example", "secret": "AAAA-BBBB"})
    return "recovery_code.refused", NOT_SIGNED_IN, "Alice"


def _used_link(acme: Tenant) -> tuple[str, str, str]:
    with tenant_scope(acme):
        bob = User.objects.get(user_name="bob@acme.example")
        url = make_link(user=bob, purpose=OneTimeLink.Purpose.INVITATION)
        OneTimeLink.objects.update(used=timezone.now())
    Client().get(url.removeprefix("http://127.0.0.1:8000"))
    return "link.refused", NOT_SIGNED_IN, "Bob"


def _revoked_set_up_link(acme: Tenant) -> tuple[str, str, str]:
    with tenant_scope(acme):
        secret = make_set_up_link(tenant=acme, purpose="saml", days=1)
        link = SetUpLink.objects.get()
        revoke_set_up_link(link=link)
    Client().get(f"/set-up/acme/{secret}/")
    return "set_up_link.refused", "set-up link of acme", str(link)


def _console_for_a_member(acme: Tenant) -> tuple[str, str, str]:
    signed_in(person(acme, "Mia")).get("/console/")
    return "console.refused", "mia@acme.example", "Mia"


def _page_for_another_role(acme: Tenant) -> tuple[str, str, str]:
    signed_in(person(acme, "Rita", Role.ACCESS_REVIEW_MANAGER)).get("/console/accounts/user/add/")
    return "console.refused", "rita@acme.example", "Rita"


def _last_admin_in_the_console(acme: Tenant) -> tuple[str, str, str]:
    with tenant_scope(acme):
        alice = User.objects.get(user_name="alice@acme.example")
    signed_in(alice).post(f"/console/accounts/user/{alice.pk}/deactivate/")
    return "user.refused", "alice@acme.example", "Alice"


def _no_seat_is_free(acme: Tenant) -> tuple[str, str, str]:
    with tenant_scope(acme):
        alice = User.objects.get(user_name="alice@acme.example")
        product = Product.objects.create(key="crm", name="CRM")
        crm = Subscription.objects.create(product=product, seats=1)
    browser, url = signed_in(alice), "/console/accounts/user/"
    page = ask(browser, url, "assign_license", [alice.pk], subscription=crm.pk).content.decode()

    def taken_meanwhile(job: Job, *, lock: str | None) -> None:
        Subscription.objects.update(seats=0)
        do_at_once(job, lock=lock)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queueing, "hand_over", taken_meanwhile)
        browser.post(url, what_is_sent(page, "seen"))
    return "license.refused", "alice@acme.example", "CRM"


def _saml_without_a_certificate(acme: Tenant) -> tuple[str, str, str]:
    with tenant_scope(acme):
        alice = User.objects.get(user_name="alice@acme.example")
    signed_in(alice).post("/console/security/saml-scim/do/refresh-metadata/")
    return "settings.refused", "alice@acme.example", "Acme"


def _revoked_token(acme: Tenant) -> tuple[str, str, str]:
    scim = connect(acme, name="Okta")
    with tenant_scope(acme):
        BearerToken.objects.update(revoked=timezone.now())
    scim.request("GET", "/Users", expect=401)
    return "scim.refused", "SCIM: Okta", ""


def _expired_token(acme: Tenant) -> tuple[str, str, str]:
    scim = connect(acme, name="Okta")
    with tenant_scope(acme):
        BearerToken.objects.update(expires=timezone.now() - timedelta(days=1))
    scim.request("GET", "/Users", expect=401)
    return "scim.refused", "SCIM: Okta", ""


def _last_admin_over_scim(acme: Tenant) -> tuple[str, str, str]:
    with tenant_scope(acme):
        alice = User.objects.get(user_name="alice@acme.example")
    connect(acme, name="Okta").request("DELETE", f"/Users/{alice.pk}", expect=409)
    return "scim.refused", "SCIM: Okta", ""


def _last_admin_in_a_bulk(acme: Tenant) -> tuple[str, str, str]:
    with tenant_scope(acme):
        alice = User.objects.get(user_name="alice@acme.example")
    operation = {"method": "DELETE", "path": f"/Users/{alice.pk}"}
    body = {"schemas": [urns.BULK_REQUEST], "Operations": [operation]}
    connect(acme, name="Okta").request("POST", "/Bulk", body, expect=200)
    return "scim.refused", "SCIM: Okta", ""


def _role_deleted_over_scim(acme: Tenant) -> tuple[str, str, str]:
    connect(acme, name="Okta").request("DELETE", "/Groups/role:editor", expect=403)
    return "scim.refused", "SCIM: Okta", ""


def _too_many_requests(acme: Tenant) -> tuple[str, str, str]:
    scim = connect(acme, name="Okta")
    with tenant_scope(acme):
        Source.objects.update(rate_limit_per_minute=1)
    scim.get("/Users")
    scim.request("GET", "/Users", expect=429)
    return "scim.refused", "SCIM: Okta", ""


@pytest.mark.parametrize(
    "refused",
    [
        _wrong_password,
        _password_under_enforcement,
        _wrong_recovery_code,
        _used_link,
        _revoked_set_up_link,
        _console_for_a_member,
        _page_for_another_role,
        _last_admin_in_the_console,
        _no_seat_is_free,
        _saml_without_a_certificate,
        _revoked_token,
        _expired_token,
        _last_admin_over_scim,
        _last_admin_in_a_bulk,
        _role_deleted_over_scim,
        _too_many_requests,
    ],
)
def test_a_refusal_is_recorded_where_it_belongs(
    acme: Tenant,
    globex: Tenant,
    alice: User,
    bob: User,
    refused: Callable[[Tenant], tuple[str, str, str]],
) -> None:
    expected = refused(acme)

    assert recorded(acme) == [expected]
    assert recorded(globex) == []


def test_somebody_who_is_throttled_is_recorded(acme: Tenant, bob: User) -> None:
    for _attempt in range(11):
        sign_in("bob@acme.example", "wrong")

    actions = [action for action, _actor, _target in recorded(acme)]
    assert actions == ["sign_in.refused", "sign_in.throttled"]


class TestBounds:
    def test_what_names_no_tenant_is_not_recorded(self, acme: Tenant) -> None:
        with every_tenant():
            before = AuditEntry.objects.count()
        for number in range(20):
            SCIMClient(f"scim_guess_{number}").request("GET", "/Users", expect=401)
            sign_in(f"nobody{number}@nowhere.example")
            Client().get(f"/link/guess{number}/")
            Client().get(f"/set-up/acme/guess{number}/")

        with every_tenant():
            assert AuditEntry.objects.count() == before

    def test_the_same_refusal_is_recorded_once_a_minute_with_its_number(self) -> None:
        now = [0.0]
        limit = RefusalLimit(clock=lambda: now[0])
        first = [limit.admit("acme", ("a",)) for _attempt in range(5)]
        now[0] = 61.0

        assert first == [0, None, None, None, None]
        assert limit.admit("acme", ("a",)) == 4
        assert limit.admit("acme", ("b",)) == 0

    def test_a_trail_takes_so_many_a_minute(self) -> None:
        now = [0.0]
        limit = RefusalLimit(clock=lambda: now[0])
        admitted = [limit.admit("acme", (number,)) for number in range(1_000)]

        assert admitted.count(0) == refusals.MOST_PER_MINUTE
        assert limit.admit("globex", ("x",)) == 0
        now[0] = 61.0
        assert limit.admit("acme", ("late",)) == 0

    def test_a_refusal_that_was_rolled_back_is_recorded_afterwards(
        self, acme: Tenant, alice: User
    ) -> None:
        with tenant_scope(acme):
            with pytest.raises(LastAdminError) as refusal, transaction.atomic():
                deactivate_user(user=alice)
            record_refusal("user.refused", alice, reason=refusal.value)

        assert recorded(acme) == [("user.refused", "system", "Alice")]
