"""Recovery codes are made only by somebody who has just shown who they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, RecoveryCode, Session, User
from accounts.secrets.unusable_passwords import unusable_password
from accounts.services.users import UserFields, create_user
from accounts.signing_in.fresh_sign_in import AUTHN_INSTANT
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from tests.conftest import PASSWORD, signed_in
from tests.support.html_forms import submit

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db

CODES = "/account/recovery-codes/"
CONFIRM = "/account/confirm/"
ASKS = "/account/confirm/?next=%2Faccount%2Frecovery-codes%2F"


def grow_old() -> None:
    Session.objects.update(created=timezone.now() - timedelta(minutes=11))


def codes(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return RecoveryCode.objects.count()


@pytest.fixture
def old(alice: User) -> Client:
    """A browser in which Alice has been signed in for a while."""
    browser = signed_in(alice)
    grow_old()
    return browser


def test_after_a_fresh_sign_in_nothing_is_asked(alice: User, acme: Tenant) -> None:
    assert submit(signed_in(alice), CODES)["Location"] == CODES
    assert codes(acme) == 10


def _session_began(browser: Client, moment: datetime) -> None:
    Session.objects.update(created=moment)


def _password_was_given(browser: Client, moment: datetime) -> None:
    grow_old()
    browser.post(CONFIRM, {"password": PASSWORD, "next": CODES})
    session = browser.session
    [key] = [name for name in session.keys() if "password_shown" in name]  # noqa: SIM118
    session[key] = moment.timestamp()
    session.save()


def _provider_asked(browser: Client, moment: datetime) -> None:
    Session.objects.update(created=timezone.now(), saml={AUTHN_INSTANT: moment.isoformat()})


PROOFS = (_session_began, _password_was_given, _provider_asked)


@pytest.mark.parametrize("prove", PROOFS)
@pytest.mark.parametrize(("minutes", "count"), [(-11, 0), (-9, 10), (9, 10), (60, 0)])
def test_a_proof_counts_for_ten_minutes_also_when_the_clock_is_put_back(
    alice: User, acme: Tenant, prove: Callable[[Client, datetime], None], minutes: int, count: int
) -> None:
    browser = signed_in(alice)
    prove(browser, timezone.now() + timedelta(minutes=minutes))

    submit(browser, CODES)

    assert codes(acme) == count


def test_an_older_session_makes_none_until_the_password_is_given(old: Client, acme: Tenant) -> None:
    assert old.post(CODES)["Location"] == ASKS
    assert codes(acme) == 0

    response = old.post(CONFIRM, {"password": PASSWORD, "next": CODES})

    assert response["Location"] == CODES
    assert submit(old, CODES)["Location"] == CODES
    assert codes(acme) == 10


def test_the_password_given_before_is_not_enough_for_ever(old: Client) -> None:
    old.post(CONFIRM, {"password": PASSWORD})
    session = old.session
    session["password_shown_at"] -= 11 * 60
    session.save()

    assert old.post(CODES)["Location"] == ASKS


def test_a_wrong_password_is_refused_recorded_and_throttled(old: Client, acme: Tenant) -> None:
    for _attempt in range(9):
        response = old.post(CONFIRM, {"password": "wrong", "next": CODES})
        assert response.status_code == HTTPStatus.OK
        assert "The password is wrong." in response.content.decode()
    last = old.post(CONFIRM, {"password": "wrong"})

    assert last.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert old.post(CODES)["Location"] == ASKS
    with tenant_scope(acme):
        entry = AuditEntry.objects.filter(action="confirmation.refused").first()
    assert entry is not None
    assert entry.actor == "alice@acme.example"


def test_somebody_elses_password_at_the_same_address_does_not_do(
    old: Client, globex: Tenant, alice: User
) -> None:
    values = UserFields(user_name=alice.user_name, email=alice.email)
    with tenant_scope(globex):
        create_user(values=values, password="somebody else is here")

    response = old.post(CONFIRM, {"password": "somebody else is here"})

    assert "The password is wrong." in response.content.decode()
    assert old.post(CODES)["Location"] == ASKS


class TestWithSAML:
    @pytest.fixture
    def enforcing(self, acme: Tenant) -> Tenant:
        acme.saml_enabled = acme.saml_enforced = True
        acme.save()
        return acme

    def test_the_page_leads_to_the_identity_provider_and_back(
        self, enforcing: Tenant, old: Client
    ) -> None:
        page = old.get(ASKS).content.decode()

        assert 'href="/saml/acme/?next=%2Faccount%2Frecovery-codes%2F&amp;fresh=1"' in page
        assert 'type="password"' not in page

    def test_a_password_does_not_count_where_it_signs_nobody_in(
        self, enforcing: Tenant, old: Client
    ) -> None:
        assert old.post(CONFIRM, {"password": PASSWORD}).status_code == HTTPStatus.FORBIDDEN
        assert old.post(CODES)["Location"] == ASKS


def test_without_password_and_saml_the_page_says_what_to_do(old: Client, alice: User) -> None:
    with every_tenant():
        User.objects.filter(pk=alice.pk).update(password=unusable_password())
    with every_tenant():
        browser = signed_in(User.objects.select_related("tenant").get(pk=alice.pk))
    grow_old()

    assert "Sign out, sign in again" in browser.get(CONFIRM).content.decode()


def test_a_stranger_is_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get(CONFIRM)["Location"].startswith("/sign-in/")
