"""Every credential that can expire is warned of, by page and mail, by one mechanism."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Job, Role, Tenant
from accounts.models.expiring import ExpiringCredential
from accounts.services.expiry import kinds_of_credentials, warn_of_endings
from accounts.tenancy.scoping import TenantScopedModel, tenant_scope
from console.base.access import CONSOLE_ROLES
from saml_sso.models import (
    IdentityProviderCertificate,
    IdentityProviderSettings,
    ServiceProviderKey,
)
from saml_sso.protocol.keys import make_key_pair
from saml_sso.services.keys import ensure_key
from scim.models import BearerToken
from scim.services import create_token, enable_scim, first_source
from tests.conftest import do_at_once, person, signed_in
from tests.saml_sso.test_settings_page import press
from tests.support.html_forms import submit
from tests.support.saml import certificate, pem, private_key
from tests.support.saml_party import connect, party_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from accounts.models import User

ENDS_BY_ITSELF = {
    "accounts.OneTimeLink": "lives minutes or days and is used once",
    "saml_sso.SetUpLink": "lives seven days at most, and nobody relies on it afterwards",
    "saml_sso.PendingRequest": "lives ten minutes",
    "saml_sso.ConsumedAssertion": "remembers what must not be used again",
}
"""Models with an end that is nothing to warn of, and why."""
NAMES_OF_ENDS = re.compile(r"expir|not_after|valid_until|ends_at|certificate|^pem$")


def models_with_an_end() -> list[str]:
    """Return the tenants' models that hold a moment or a certificate that runs out."""
    return sorted(
        model._meta.label
        for model in apps.get_models()
        if issubclass(model, TenantScopedModel)
        and any(NAMES_OF_ENDS.search(field.name) for field in model._meta.concrete_fields)
        and model is not IdentityProviderSettings
    )


@pytest.mark.parametrize("label", models_with_an_end())
def test_what_can_run_out_is_warned_of_or_is_nothing_to_warn_of(label: str) -> None:
    is_credential = issubclass(apps.get_model(label), ExpiringCredential)

    assert is_credential != (label in ENDS_BY_ITSELF)


def end_certificate(end: datetime) -> None:
    found = certificate(private_key("rsa2048", "ends"), name="ends", not_after=end)
    IdentityProviderCertificate.objects.update(not_after=end, pem=pem(found))


def end_key(end: datetime) -> None:
    pair = make_key_pair(common_name="ends", now=end - timedelta(days=3652), bits=2048)
    ServiceProviderKey.objects.update(certificate=pair.certificate_pem)


def end_token(end: datetime) -> None:
    BearerToken.objects.update(expires=end)


ENDINGS: dict[type[ExpiringCredential], Callable[[datetime], None]] = {
    IdentityProviderCertificate: end_certificate,
    ServiceProviderKey: end_key,
    BearerToken: end_token,
}
"""How a test lets the one credential of each kind run out."""


def test_every_kind_is_tried_here() -> None:
    assert set(kinds_of_credentials()) == set(ENDINGS)


@pytest.fixture
def connected(acme: Tenant, alice: User, tmp_path: Path) -> Tenant:
    """Acme with one credential of each kind, none of which ends soon."""
    connect(acme, tmp_path, party_of("acme"))
    with tenant_scope(acme):
        enable_scim(tenant=acme)
        ensure_key(tenant=acme)
        end_certificate(timezone.now() + timedelta(days=4000))
    acme.refresh_from_db()
    mail.outbox.clear()  # Of the set-up.
    return acme


def let_end(tenant: Tenant, kind: type[ExpiringCredential], end: datetime) -> Any:
    """Let the credential of this kind end then, and return it."""
    with tenant_scope(tenant):
        ENDINGS[kind](end)
        return kind._default_manager.get()


@pytest.mark.parametrize("kind", ENDINGS, ids=lambda kind: kind.__name__)
class TestWarnings:
    def test_a_mail_goes_out_once_at_each_threshold(
        self, connected: Tenant, kind: type[ExpiringCredential]
    ) -> None:
        end = timezone.now().replace(microsecond=0) + timedelta(days=1000)
        found = let_end(connected, kind, end)

        def days_before(days: float) -> int:
            with tenant_scope(connected):
                return warn_of_endings(tenant=connected, now=end - timedelta(days=days))

        sent = [days_before(days) for days in (61.5, 60, 59, 30, 29, 14, 7, 2, 1, 0.5, -1)]

        assert sent == [0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0]
        assert {address for each in mail.outbox for address in each.to} == {"alice@acme.example"}
        with tenant_scope(connected):
            assert found.called in str(mail.outbox[0].body)
            assert found.page in str(mail.outbox[0].body)

    @pytest.mark.parametrize(("days", "said"), [(62, ""), (59, "expires in"), (-2, "has expired")])
    def test_the_dashboard_and_its_own_page_warn(
        self,
        connected: Tenant,
        console: Client,
        kind: type[ExpiringCredential],
        days: int,
        said: str,
    ) -> None:
        found = let_end(connected, kind, timezone.now() + timedelta(days=days))
        with tenant_scope(connected):
            pages = {"/console/", "/console/security/saml-scim/", found.page}
            called = found.called

        for path in pages:
            text = console.get(path).content.decode().replace("&#x27;", "'")
            warned = f"{called} {said}" in text
            assert warned is bool(said), path

    @pytest.mark.parametrize("role", [role for role in Role if role in CONSOLE_ROLES])
    def test_the_dashboard_warns_whoever_may_see_it(
        self, connected: Tenant, alice: User, kind: type[ExpiringCredential], role: Role
    ) -> None:
        found = let_end(connected, kind, timezone.now() + timedelta(days=5))
        browser = signed_in(person(connected, "Rose", role))
        with tenant_scope(connected):
            page, called = found.page, found.called

        text = browser.get("/console/").content.decode().replace("&#x27;", "'")

        may_see = browser.get(page).status_code == HTTPStatus.OK
        assert (called in text) is may_see

    def test_another_tenant_is_not_warned(
        self,
        connected: Tenant,
        other_console: Client,
        kind: type[ExpiringCredential],
    ) -> None:
        let_end(connected, kind, timezone.now() + timedelta(days=5))

        assert "expires in" not in other_console.get("/console/").content.decode()


def test_whom_the_tenant_named_is_mailed_instead_of_all_admins(connected: Tenant) -> None:
    let_end(connected, BearerToken, timezone.now() + timedelta(days=20))
    with tenant_scope(connected):
        IdentityProviderSettings.objects.update(system_admin_email="it@acme.example")

    call_command("warn_of_expiring_credentials")

    assert [each.to for each in mail.outbox] == [["it@acme.example"]]


def test_a_mail_server_that_is_down_is_tried_again(
    connected: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_end(connected, BearerToken, timezone.now() + timedelta(days=20))

    def down(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch, tenant_scope(connected):
        patch.setattr("accounts.mail.Mail.send", down)
        assert warn_of_endings(tenant=connected) == 1
    with tenant_scope(connected):
        job = Job.objects.get(state=Job.State.WAITING)
    assert not mail.outbox

    do_at_once(job, lock=None)

    assert len(mail.outbox) == 1
    with tenant_scope(connected):
        assert warn_of_endings(tenant=connected) == 0


def test_a_token_that_was_followed_by_another_is_not_warned_of_when_it_has_expired(
    connected: Tenant, console: Client
) -> None:
    let_end(connected, BearerToken, timezone.now() - timedelta(days=1))
    with tenant_scope(connected):
        source = first_source()
        assert source is not None
        create_token(source=source)

    assert "has expired" not in console.get("/console/").content.decode()


class TestTokensWithAnEnd:
    def status(self, secret: str) -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        return int(Client().get("/scim/v2/Users", headers=headers).status_code)

    def shown(self, page: str) -> str:
        found = re.search(r"scim_[0-9a-f]{8}_[\w-]{43}", page)
        assert found
        return found.group()

    @pytest.mark.parametrize("door", ["the settings page", "the source's page"])
    def test_one_that_is_regenerated_may_be_given_an_end(
        self, connected: Tenant, console: Client, door: str
    ) -> None:
        with tenant_scope(connected):
            source = first_source()
            assert source is not None
        if door == "the settings page":
            answer = press(console, "regenerate-token", lasts="90")
        else:
            path = f"/console/scim/source/{source.pk}/authorization/"
            answer = submit(console, path, field="lasts", regenerate="1", lasts="90")

        page = console.get(answer["Location"]).content.decode()

        secret = self.shown(page)
        with tenant_scope(connected):
            token = BearerToken.objects.get(revoked=None)
            assert token.expires is not None
            assert abs(token.expires - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)
        assert self.status(secret) == 200
        with tenant_scope(connected):
            BearerToken.objects.filter(pk=token.pk).update(expires=timezone.now())
        assert self.status(secret) == 401

    def test_one_that_nobody_gave_an_end_has_none(self, connected: Tenant, console: Client) -> None:
        press(console, "regenerate-token")

        with tenant_scope(connected):
            assert BearerToken.objects.get(revoked=None).expires is None

    @pytest.mark.parametrize("lasts", ["-1", "91", "x"])
    def test_an_end_that_is_not_offered_changes_nothing(
        self, connected: Tenant, console: Client, lasts: str
    ) -> None:
        assert press(console, "regenerate-token", lasts=lasts).status_code == 404

        with tenant_scope(connected):
            assert BearerToken.objects.count() == 1

    def test_an_operator_gives_one_too(self, connected: Tenant) -> None:
        call_command("create_scim_token", "acme", "--expires-in-days", "30")

        with tenant_scope(connected):
            assert BearerToken.objects.get(revoked=None).expires is not None
        with pytest.raises(CommandError, match="1 to 3650"):
            call_command("create_scim_token", "acme", "--expires-in-days", "0")
