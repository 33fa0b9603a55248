"""Every change of trust is told to all system admins, and never signs the one out who makes it."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes
from django.core import mail
from django.core.management import call_command
from django.test import Client

import saml_sso.services
from accounts.models import Role, Session, Tenant, User
from accounts.services.users import deactivate_user
from accounts.signing_in.recovery import make_recovery_codes
from accounts.tenancy.scoping import tenant_scope
from console.saml_and_scim import actions
from saml_sso.models import IdentityProviderCertificate, IdentityProviderSettings, TrustProposal
from saml_sso.services.announcing import ANNOUNCED
from saml_sso.services.differences import NO_TRUST, RULES
from saml_sso.services.switches import disable_saml
from tests.conftest import person
from tests.saml_sso.test_candidates import (
    answer,
    begin,
    give,
    new_idp,  # noqa: F401 - a fixture
    signed_in_over_saml,
)
from tests.saml_sso.test_set_up_links import make, send
from tests.saml_sso.test_settings_page import PAGE, file, press, save, save_rules
from tests.support.saml import certificate, pem, private_key
from tests.support.saml_party import Party, party_of, post_response

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.core.mail import EmailMessage

    Captured = Callable[..., Any]

TELLS_NOTHING = {
    "trust_has_changed": "is what is told",
    "change_waits": "writes a mail",
    "token_was_made": "writes a mail",
    "begin_logout": "ends a session",
    "begin_request": "begins a sign-in or a test",
    "end_sessions_concerned": "ends sessions that the identity provider names",
    "logout_answer": "answers the identity provider",
    "page_of_trial": "reads",
    "read_metadata_file": "reads",
    "wish_of": "reads",
    "announce": "is the mail itself",
    "announcing": "is the mail itself",
    "lock_settings": "waits",
    "add_next_key": "is about our own key, which vouches for nobody",
    "ensure_key": "is about our own key, which vouches for nobody",
    "remove_other_key": "is about our own key, which vouches for nobody",
    "use_next_key": "is about our own key, which vouches for nobody",
    "make_set_up_link": "changes nothing; what the link brings is told",
    "save_system_admin_email": "is about whom to warn",
    "warn_of_expiring_certificates": "is a mail",
    "refresh_metadata": "calls a service that tells",
    "let_metadata_wait": "tells of what waits",
    "forget_metadata_that_waits": "changes nothing that is trusted",
    "grant": "is called by services that tell",
    "take_over": "calls a service that tells",
    "mark_tested": "calls a service that tells when it pins an issuer",
    "switch_saml_on": "calls a service that tells",
    "save_attributes": "calls a service that tells",
}
"""Services with a tenant that need not be announced, and why."""


def services_with_a_tenant() -> list[str]:
    """Return the names of all public functions that take ``tenant`` by name."""
    found = []
    for module in pkgutil.iter_modules(saml_sso.services.__path__):
        loaded = import_module(f"saml_sso.services.{module.name}")
        for name, member in inspect.getmembers(loaded, inspect.isfunction):
            if member.__module__ != loaded.__name__ or name.startswith("_"):
                continue
            if "tenant" in inspect.signature(member).parameters:
                found.append(name)
    return found


@pytest.mark.parametrize("service", services_with_a_tenant())
def test_a_service_tells_what_it_changes_or_says_why_not(service: str) -> None:
    assert (service in ANNOUNCED) != (service in TELLS_NOTHING)


def test_every_column_of_the_settings_is_told_or_is_known_to_be_no_trust() -> None:
    columns = {field.name for field in IdentityProviderSettings._meta.concrete_fields}

    assert columns >= NO_TRUST
    assert columns - NO_TRUST >= set(RULES)
    assert "identifier_attribute" in RULES
    assert "metadata_url" in RULES


@pytest.fixture
def admins(acme: Tenant, alice: User) -> list[str]:
    """The addresses of Acme's admins; there are others who are none any more."""
    person(acme, "Anna", Role.ADMIN)
    gone = person(acme, "Gone", Role.ADMIN)
    with tenant_scope(acme):
        deactivate_user(user=gone)
    return ["alice@acme.example", "anna@acme.example"]


def only(sent: list[EmailMessage], admins: list[str]) -> str:
    """Return the text of the mail that every admin got, and nobody else, once."""
    assert sorted(address for each in sent for address in each.to) == admins
    assert len({each.body for each in sent}) == 1
    assert "Acme" in sent[0].subject
    return str(sent[0].body)


def fingerprint(idp: Party) -> str:
    """Return the SHA-256 of the identity provider's certificate as people compare it."""
    return idp.forge.cert.fingerprint(hashes.SHA256()).hex(":").upper()


@pytest.mark.usefixtures("bob")
class TestMails:
    @pytest.fixture(autouse=True)
    def _commits(self, django_capture_on_commit_callbacks: Captured) -> None:
        self.capture = django_capture_on_commit_callbacks

    def told(self, admins: list[str], change: Callable[[], object]) -> str:
        """Return what the admins were told of ``change``."""
        mail.outbox.clear()
        with self.capture(execute=True):
            change()
        return only(mail.outbox, admins)

    def test_of_the_first_set_up_with_everything_in_one_mail(
        self, acme: Tenant, console: Client, admins: list[str]
    ) -> None:
        found = party_of("acme")

        text = self.told(admins, lambda: give(console, found))

        assert "alice@acme.example" in text
        assert found.forge.entity_id in text
        assert fingerprint(found) in text
        assert "SAML sign-on is on\n  before: no\n  now: yes" in text

    def test_of_a_certificate_that_comes_and_goes(
        self, acme: Tenant, console: Client, idp: Party, admins: list[str]
    ) -> None:
        further = pem(certificate(private_key("rsa2048", "further"), name="further"))

        came = self.told(admins, lambda: save(console, enable_saml="on", certificate=file(further)))
        with tenant_scope(acme):
            found = IdentityProviderCertificate.objects.latest("id").fingerprint
        action = f"{PAGE}do/remove-certificate/"
        went = self.told(admins, lambda: console.post(action, {"fingerprint": found}))

        assert f"before: nothing\n  now: CN=further, SHA-256 {found}" in came
        assert "now: nothing" in went
        assert found in went

    def test_of_a_candidate_that_takes_over(
        self,
        acme: Tenant,
        console: Client,
        idp: Party,
        new_idp: Party,  # noqa: F811
        admins: list[str],
    ) -> None:
        give(console, new_idp)
        asked = begin(console, acme)

        text = self.told(admins, lambda: answer(console, new_idp, in_response_to=asked))

        assert "changed by alice@acme.example" in text
        assert f"before: {idp.forge.entity_id}\n  now: {new_idp.forge.entity_id}" in text
        assert fingerprint(idp) in text
        assert fingerprint(new_idp) in text

    def test_of_what_the_command_did(
        self, acme: Tenant, idp: Party, admins: list[str], tmp_path: Path
    ) -> None:
        path = tmp_path / "idp.xml"
        path.write_text(idp.metadata(entity_id="https://other.example/"))
        command = ["configure_saml", "acme", f"--metadata={path}", "--enforce"]

        text = self.told(admins, lambda: call_command(*command))

        assert "operator (command line)" in text
        assert "now: https://other.example/" in text
        assert "SAML is enforced\n  before: no\n  now: yes" in text

    def test_of_the_rules(
        self, acme: Tenant, console: Client, idp: Party, admins: list[str]
    ) -> None:
        rules = {"allow_idp_initiated": "on", "identifier_attribute": "mail"}

        text = self.told(admins, lambda: save_rules(console, **rules))

        assert "Identifier\n  before: nothing\n  now: mail" in text

    def test_of_switching_off(
        self, acme: Tenant, console: Client, idp: Party, admins: list[str]
    ) -> None:
        assert "SAML sign-on is on\n  before: yes\n  now: no" in self.told(
            admins, lambda: save(console)
        )

    def test_of_a_set_up_link_while_saml_is_off(
        self, acme: Tenant, console: Client, idp: Party, admins: list[str]
    ) -> None:
        with tenant_scope(acme):
            disable_saml(tenant=acme)
        path = make(console, "saml")
        other = {"metadata": file(idp.metadata(entity_id="https://other.example/"))}

        text = self.told(admins, lambda: send(Client(), path, other))

        assert "set-up link" in text
        assert "made by alice@acme.example" in text
        assert "now: https://other.example/" in text

    def test_of_what_a_set_up_link_wants_while_saml_is_on(
        self, acme: Tenant, console: Client, idp: Party, admins: list[str]
    ) -> None:
        path = make(console, "saml")
        other = {"metadata": file(idp.metadata(entity_id="https://other.example/"))}

        text = self.told(admins, lambda: send(Client(), path, other))

        assert "waits for one of you" in text
        assert "now: https://other.example/" in text

    def test_of_the_daily_reading(
        self,
        acme: Tenant,
        idp: Party,
        admins: list[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        further = certificate(private_key("rsa2048", "further"), name="further")
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(metadata_url="https://idp.acme.example/md")
        at_url = [idp.metadata(certs=[idp.forge.cert, further]).encode()]
        monkeypatch.setattr("saml_sso.services.refreshing.fetch_metadata", lambda _url: at_url[-1])

        text = self.told(admins, lambda: call_command("refresh_saml_metadata"))
        assert "the daily reading of the metadata URL" in text
        assert "now: CN=further" in text

        at_url.append(idp.metadata(sso_url="https://elsewhere.example/").encode())
        text = self.told(admins, lambda: call_command("refresh_saml_metadata"))
        assert "waits for one of you" in text
        assert "now: https://elsewhere.example/" in text
        with tenant_scope(acme):
            assert IdentityProviderSettings.objects.get().sso_url == idp.sso_url

        mail.outbox.clear()
        with self.capture(execute=True):
            call_command("refresh_saml_metadata")
        assert not mail.outbox  # The same thing waits still.
        with tenant_scope(acme):
            assert TrustProposal.objects.count() == 1

    def test_of_an_issuer_that_is_pinned(self, acme: Tenant, idp: Party, admins: list[str]) -> None:
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(entity_id="")

        text = self.told(admins, lambda: post_response(Client(), idp.forge.but()))

        assert f"before: nothing\n  now: {idp.forge.entity_id}" in text

    def test_of_a_token_that_a_set_up_link_made(
        self, acme: Tenant, console: Client, idp: Party, admins: list[str]
    ) -> None:
        path = make(console, "scim")

        text = self.told(admins, lambda: send(Client(), path, {"make_token": "1"}))

        assert "made a SCIM token for Acme" in text

    def test_nothing_is_told_of_what_was_refused(
        self, acme: Tenant, console: Client, idp: Party, admins: list[str]
    ) -> None:
        mail.outbox.clear()

        with self.capture(execute=True):
            page = save(
                console,
                expect=200,
                enable_saml="on",
                enforce_saml="on",
                metadata=file("<html>no metadata</html>"),
            )

        assert page
        assert not mail.outbox


SAVES: dict[str, Callable[[Client, Party], object]] = {
    "switching SAML off": lambda console, _idp: save(console),
    "other keys of the same name": lambda console, idp: give(
        console, idp, cert=certificate(private_key("rsa2048", "new"))
    ),
    "another name": lambda console, idp: give(console, idp, entity_id="https://other.example/"),
    "another address": lambda console, idp: give(console, idp, sso_url="https://other.example/"),
    "a further certificate": lambda console, _idp: save(
        console,
        enable_saml="on",
        certificate=file(pem(certificate(private_key("rsa2048", "further")))),
    ),
    "enforcing": lambda console, _idp: save(console, enable_saml="on", enforce_saml="on"),
    "SCIM": lambda console, _idp: save(console, enable_saml="on", enable_scim="on"),
    "the rules": lambda console, _idp: save_rules(console),
    "other identity provider while off": lambda console, idp: [
        save(console),
        save(console, metadata=file(idp.metadata(entity_id="https://other.example/"))),
    ],
} | {
    f"the action {name}": lambda console, _idp, name=name: press(
        console, name, fingerprint="x", purpose="saml", days="1", use="identifier_attribute"
    )
    for name in actions.ACTIONS
}


@pytest.mark.parametrize("method", ["saml", "password", "invitation", "recovery_code"])
@pytest.mark.parametrize("what", SAVES)
def test_the_admin_who_saves_stays_signed_in(
    acme: Tenant, alice: User, idp: Party, what: str, method: str
) -> None:
    console = signed_in_over_saml(idp, alice)
    Session.objects.filter(user=alice).update(method=method)
    with tenant_scope(acme):
        make_recovery_codes(user=alice)

    SAVES[what](console, idp)

    assert console.get(PAGE).status_code == 200
