"""What replaces the identity provider is tested before it is trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import AuditEntry, Role, Tenant, User
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import (
    IdentityProviderCertificate,
    IdentityProviderSettings,
    SignInAttempt,
    TrustProposal,
)
from saml_sso.services.switches import enforce_saml_untested
from tests.conftest import PASSWORD, person, signed_in
from tests.saml_sso.test_settings_page import PAGE, file, give_codes, save
from tests.support.saml import certificate, pem, private_key
from tests.support.saml_party import Party, person_in, post_response, request_in

if TYPE_CHECKING:
    from pathlib import Path

ELSEWHERE = "https://new.example/"
NEW_URL = "https://login.new.example/sso"


@pytest.fixture
def new_idp(idp: Party) -> Party:
    """The identity provider that Acme moves to: another name, another key, another address."""
    key = private_key("rsa2048", "new")
    forge = idp.forge.but(entity_id=ELSEWHERE, key=key, cert=certificate(key))
    return Party(forge, NEW_URL)


def signed_in_over_saml(idp: Party, user: User, client: Client | None = None) -> Client:
    """Return a browser in which ``user`` has signed in at the identity provider."""
    browser = client or Client()
    post_response(browser, idp.forge.but(name_id=user.email))
    assert person_in(browser) == str(user.pk)
    return browser


def give(console: Client, idp: Party, **changes: Any) -> str:
    """Save the metadata of an identity provider; return the page that follows."""
    return save(console, enable_saml="on", metadata=file(idp.metadata(**changes)))


def known(tenant: Tenant) -> IdentityProviderSettings:
    with tenant_scope(tenant):
        return IdentityProviderSettings.objects.get()


def candidate(tenant: Tenant) -> TrustProposal | None:
    """Return the candidate, if there is one."""
    with tenant_scope(tenant):
        return TrustProposal.objects.filter(origin="candidate").first()


def begin(console: Client, tenant: Tenant) -> str:
    """Begin a test of the candidate; return the ID of the request that went out."""
    found = candidate(tenant)
    assert found is not None
    response = console.post(f"{PAGE}test/", {"proposal": found.pk})
    assert response["Location"].startswith(NEW_URL)
    return str(request_in(response["Location"]).get("ID"))


def answer(console: Client, idp: Party, **changes: object) -> str:
    """Bring the answer of the identity provider under test; return the page with the trace."""
    response = post_response(console, idp.forge.but(**changes))
    assert response.status_code == 303, response.content.decode()
    return console.get(response["Location"]).content.decode()


def decide(console: Client, action: str, found: TrustProposal, page: str = "") -> str:
    """Press a button of the candidate as ``page``, or the page of now, shows it."""
    shown = page or console.get(PAGE).content.decode()
    section = shown.split(f'id="proposal-{found.pk}"')[1].split("</section>")[0]
    stamp = section.split('name="stamp" value="')[1].split('"')[0] if "stamp" in section else ""
    console.post(f"{PAGE}do/{action}/", {"proposal": found.pk, "stamp": stamp})
    return console.get(PAGE).content.decode()


class TestWhatBecomesACandidate:
    @pytest.mark.parametrize(
        "changes",
        [
            {"entity_id": ELSEWHERE},
            {"sso_url": NEW_URL},
            {"cert": certificate(private_key("rsa2048", "new"))},
        ],
        ids=["another entity ID", "another sign-in URL", "none of the trusted keys"],
    )
    def test_what_could_keep_everybody_out_stands_beside_what_is_trusted(
        self, acme: Tenant, bob: User, console: Client, idp: Party, changes: dict[str, Any]
    ) -> None:
        page = give(console, idp, **changes)

        assert "it takes over when a test with it has passed" in page
        assert candidate(acme) is not None
        assert post_response(Client(), idp.forge.but()).status_code == 303

    def test_by_hand_it_is_the_same(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        save(console, enable_saml="on", sso_url=NEW_URL, entity_id=idp.forge.entity_id)

        assert candidate(acme) is not None
        assert known(acme).sso_url == idp.sso_url

    def test_a_further_certificate_and_fewer_count_at_once(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        further = certificate(private_key("rsa2048", "new"))

        give(console, idp, certs=[idp.forge.cert, further])
        with tenant_scope(acme):
            assert IdentityProviderCertificate.objects.count() == 2
        give(console, idp)

        with tenant_scope(acme):
            assert IdentityProviderCertificate.objects.count() == 1
        assert candidate(acme) is None

    def test_a_certificate_made_anew_for_a_trusted_key_counts_at_once(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        give(console, idp, cert=certificate(idp.forge.key, name="anew"))

        assert candidate(acme) is None

    def test_while_saml_is_off_nothing_is_replaced(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        save(console)

        save(console, metadata=file(idp.metadata(entity_id=ELSEWHERE)))

        assert candidate(acme) is None
        assert known(acme).entity_id == ELSEWHERE

    def test_an_operator_replaces_at_once(
        self, acme: Tenant, console: Client, idp: Party, new_idp: Party, tmp_path: Path
    ) -> None:
        give(console, idp, sso_url=NEW_URL)
        path = tmp_path / "new.xml"
        path.write_text(new_idp.metadata())

        call_command("configure_saml", "acme", f"--metadata={path}")

        assert known(acme).entity_id == ELSEWHERE
        page = console.get(PAGE).content.decode()
        assert "What is trusted has changed since the candidate was made" in page

    def test_what_is_trusted_already_changes_nothing(
        self, acme: Tenant, console: Client, idp: Party, mailoutbox: list[Any]
    ) -> None:
        before = known(acme).revision

        give(console, idp)

        assert known(acme).revision == before

    def test_the_preview_says_that_it_would_be_a_candidate(
        self, console: Client, idp: Party
    ) -> None:
        data = {"preview": "1", "metadata": file(idp.metadata(entity_id=ELSEWHERE))}

        page = console.post(PAGE, data).content.decode()

        assert "Make it the candidate" in page
        assert ELSEWHERE in page


class TestTakingOver:
    def test_a_candidate_signs_nobody_in(
        self, acme: Tenant, bob: User, console: Client, idp: Party, new_idp: Party
    ) -> None:
        give(console, new_idp)

        assert post_response(Client(), new_idp.forge).status_code == 403
        asked = begin(console, acme)
        stranger = Client()
        assert post_response(stranger, new_idp.forge.but(in_response_to=asked)).status_code == 403
        assert person_in(stranger) is None

    def test_it_takes_over_when_its_test_has_passed_and_the_admin_stays_signed_in(
        self, acme: Tenant, alice: User, bob: User, idp: Party, new_idp: Party
    ) -> None:
        console = signed_in_over_saml(idp, alice)
        elsewhere = signed_in_over_saml(idp, bob)
        give(console, new_idp)
        assert elsewhere.get("/account/").status_code == 200

        page = answer(console, new_idp, in_response_to=begin(console, acme))

        assert "The test passed" in page
        assert "which is trusted from now on" in page
        assert known(acme).entity_id == ELSEWHERE
        assert known(acme).is_tested
        assert candidate(acme) is None
        assert console.get(PAGE).status_code == 200
        assert elsewhere.get("/account/").status_code == 302
        assert post_response(Client(), idp.forge.but()).status_code == 403
        assert post_response(Client(), new_idp.forge.but()).status_code == 303

    def test_an_enforced_tenant_moves_without_a_moment_in_which_nobody_gets_in(
        self, acme: Tenant, alice: User, bob: User, idp: Party, new_idp: Party
    ) -> None:
        with tenant_scope(acme):
            enforce_saml_untested(tenant=acme)
        console = signed_in_over_saml(idp, alice)

        save(console, enable_saml="on", enforce_saml="on", metadata=file(new_idp.metadata()))
        assert post_response(Client(), idp.forge.but()).status_code == 303
        answer(console, new_idp, in_response_to=begin(console, acme))

        assert post_response(Client(), new_idp.forge.but()).status_code == 303
        acme.refresh_from_db()
        assert acme.saml_enforced

    def test_it_can_be_tested_from_the_identity_provider(
        self, acme: Tenant, bob: User, console: Client, idp: Party, new_idp: Party
    ) -> None:
        save(console, enable_saml="on", certificate=file(pem(new_idp.forge.cert)), sso_url="")
        found = candidate(acme)
        assert found is not None
        page = console.post(f"{PAGE}test/", {"proposal": found.pk}).content.decode()

        assert "Start at your identity provider" in page
        page = answer(console, new_idp, entity_id=idp.forge.entity_id)
        assert "The test passed" in page
        assert known(acme).sso_url == ""

    def test_a_failed_test_leaves_everything_as_it_is_and_may_be_repeated(
        self, acme: Tenant, bob: User, console: Client, idp: Party, new_idp: Party
    ) -> None:
        give(console, new_idp)

        wrong = (("https://wrong.example/",),)
        page = answer(console, new_idp, in_response_to=begin(console, acme), audiences=wrong)

        assert "The test failed" in page
        assert "https://wrong.example/" in page
        assert candidate(acme) is not None
        assert known(acme).entity_id == idp.forge.entity_id
        assert "The test passed" in answer(console, new_idp, in_response_to=begin(console, acme))

    def test_the_trusted_party_cannot_pass_the_test_of_the_candidate(
        self, acme: Tenant, bob: User, console: Client, idp: Party, new_idp: Party
    ) -> None:
        give(console, new_idp)

        page = answer(console, idp, in_response_to=begin(console, acme))

        assert "The test failed" in page
        assert candidate(acme) is not None
        assert known(acme).entity_id == idp.forge.entity_id

    def test_a_sign_in_beside_a_test_of_the_candidate_is_one(
        self, acme: Tenant, bob: User, console: Client, idp: Party, new_idp: Party
    ) -> None:
        give(console, new_idp)
        begin(console, acme)
        asked = request_in(console.get("/saml/acme/")["Location"]).get("ID")

        response = post_response(console, idp.forge.but(in_response_to=asked))

        assert response["Location"] == "/account/"
        assert person_in(console) == str(bob.pk)
        assert candidate(acme) is not None

    def test_what_the_candidate_vouches_for_answers_no_sign_in(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        """Only the name differs, so that both hold the same key."""
        give(console, idp, entity_id=ELSEWHERE, sso_url=NEW_URL)
        begin(console, acme)
        asked = request_in(console.get("/saml/acme/")["Location"]).get("ID")

        other = idp.forge.but(entity_id=ELSEWHERE, in_response_to=asked)

        assert post_response(console, other).status_code == 403
        assert person_in(console) != str(bob.pk)
        assert candidate(acme) is not None

    def test_a_browser_that_holds_its_cookie_back_finishes_the_test_all_the_same(
        self, acme: Tenant, bob: User, console: Client, idp: Party, new_idp: Party
    ) -> None:
        give(console, new_idp)
        message = new_idp.forge.but(in_response_to=begin(console, acme))
        crossing = Client(headers={"Sec-Fetch-Site": "cross-site"})

        parked = post_response(crossing, message)
        shown = console.get(console.get(parked["Location"])["Location"]).content.decode()

        assert "The test passed" in shown
        assert known(acme).entity_id == ELSEWHERE

    def test_the_trusted_party_cannot_claim_the_test_of_a_candidate_across_sites(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        give(console, idp, entity_id=ELSEWHERE, sso_url=NEW_URL)
        message = idp.forge.but(in_response_to=begin(console, acme))

        post_response(Client(headers={"Sec-Fetch-Site": "cross-site"}), message)

        assert candidate(acme) is not None
        assert known(acme).entity_id == idp.forge.entity_id

    def test_the_test_is_in_the_log_and_the_take_over_in_the_trail(
        self, acme: Tenant, bob: User, console: Client, idp: Party, new_idp: Party
    ) -> None:
        give(console, new_idp)
        answer(console, new_idp, in_response_to=begin(console, acme))

        with tenant_scope(acme):
            attempt = SignInAttempt.objects.latest("id")
            entry = AuditEntry.objects.get(action="saml.candidate_took_over")
        assert attempt.is_test
        assert attempt.is_accepted
        assert entry.actor == "alice@acme.example"


class TestDeciding:
    def test_a_discarded_candidate_takes_over_no_more(
        self, acme: Tenant, bob: User, console: Client, idp: Party, new_idp: Party
    ) -> None:
        give(console, new_idp)
        asked = begin(console, acme)
        found = candidate(acme)
        assert found is not None

        page = decide(console, "discard-proposal", found)

        assert "It is discarded" in page
        assert "discarded or replaced meanwhile" in answer(console, new_idp, in_response_to=asked)
        assert known(acme).entity_id == idp.forge.entity_id

    def test_a_second_candidate_replaces_the_first_and_its_test(
        self, acme: Tenant, bob: User, console: Client, idp: Party, new_idp: Party
    ) -> None:
        give(console, new_idp)
        asked = begin(console, acme)
        other_admin = signed_in(person(acme, "Anna", Role.ADMIN))

        give(other_admin, new_idp, sso_url="https://second.example/sso")

        assert "The test failed" in answer(console, new_idp, in_response_to=asked)
        assert known(acme).entity_id == idp.forge.entity_id
        with tenant_scope(acme):
            assert TrustProposal.objects.count() == 1
            assert AuditEntry.objects.filter(action="saml.candidate_replaced").exists()

    def test_a_candidate_older_than_what_is_trusted_waits_until_somebody_has_looked(
        self, acme: Tenant, bob: User, console: Client, idp: Party, new_idp: Party
    ) -> None:
        give(console, new_idp)
        asked = begin(console, acme)
        further = certificate(private_key("rsa2048", "further"))
        save(console, enable_saml="on", certificate=file(pem(further)))

        page = answer(console, new_idp, in_response_to=asked)

        assert "made before what is trusted was changed" in page
        assert known(acme).entity_id == idp.forge.entity_id
        found = candidate(acme)
        assert found is not None
        assert "The candidate stands" in decide(console, "keep-candidate", found)
        assert "The test passed" in answer(console, new_idp, in_response_to=begin(console, acme))
        assert known(acme).entity_id == ELSEWHERE

    def test_a_decision_about_what_was_not_shown_is_refused(
        self, acme: Tenant, bob: User, console: Client, idp: Party, new_idp: Party
    ) -> None:
        give(console, new_idp)
        save(
            console,
            enable_saml="on",
            certificate=file(pem(certificate(private_key("rsa2048", "further")))),
        )
        found = candidate(acme)
        assert found is not None
        page = console.get(PAGE).content.decode()
        with tenant_scope(acme):
            fingerprint = IdentityProviderCertificate.objects.latest("id").fingerprint
        console.post(f"{PAGE}do/remove-certificate/", {"fingerprint": fingerprint})
        save(
            console,
            enable_saml="on",
            certificate=file(pem(certificate(private_key("rsa2048", "another")))),
        )

        assert "Look at the difference again" in decide(console, "keep-candidate", found, page)

    def test_a_button_of_what_is_gone_says_so(self, console: Client, idp: Party) -> None:
        for action in ("accept-proposal", "discard-proposal", "keep-candidate"):
            console.post(f"{PAGE}do/{action}/", {"proposal": "4711", "stamp": ""})

            assert "not here any more" in console.get(PAGE).content.decode()
        response = console.post(f"{PAGE}test/", {"proposal": "4711"}, follow=True)
        assert "discarded or replaced meanwhile" in response.content.decode()

    def test_nobody_sees_or_touches_the_candidate_of_another_tenant(
        self, acme: Tenant, console: Client, other_console: Client, idp: Party, new_idp: Party
    ) -> None:
        give(console, new_idp)
        found = candidate(acme)
        assert found is not None

        other_console.post(f"{PAGE}do/discard-proposal/", {"proposal": found.pk})

        assert ELSEWHERE not in other_console.get(PAGE).content.decode()
        assert candidate(acme) is not None


class TestPinning:
    @pytest.fixture
    def by_certificate(self, acme: Tenant, bob: User, console: Client, idp: Party) -> Party:
        """Acme, which trusts a certificate alone."""
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(entity_id="", sso_url="")
        return idp

    def test_the_issuer_of_the_first_sign_in_is_the_only_one_from_then_on(
        self, acme: Tenant, console: Client, by_certificate: Party
    ) -> None:
        post_response(Client(), by_certificate.forge.but())

        assert known(acme).entity_id == by_certificate.forge.entity_id
        page = console.get(PAGE).content.decode()
        assert "taken from the first sign-in that passed" in page
        other = by_certificate.forge.but(entity_id="https://neighbour.example/")
        assert post_response(Client(), other).status_code == 403

    def test_a_test_pins_it_too(self, acme: Tenant, console: Client, by_certificate: Party) -> None:
        console.post(f"{PAGE}test/")
        answer(console, by_certificate)

        assert known(acme).entity_id == by_certificate.forge.entity_id
        assert known(acme).is_tested

    def test_it_is_changed_by_a_candidate(
        self, acme: Tenant, console: Client, by_certificate: Party
    ) -> None:
        post_response(Client(), by_certificate.forge.but())
        save(console, enable_saml="on", entity_id=ELSEWHERE)

        found = candidate(acme)
        assert found is not None
        console.post(f"{PAGE}test/", {"proposal": found.pk})
        assert "The test passed" in answer(console, by_certificate, entity_id=ELSEWHERE)

        assert known(acme).entity_id == ELSEWHERE
        assert known(acme).issuer_pinned_at is None

    def test_one_that_is_typed_over_a_sign_in_that_passed_before_is_tested_first(
        self, acme: Tenant, console: Client, by_certificate: Party
    ) -> None:
        with tenant_scope(acme):
            row = IdentityProviderSettings.objects.get()
            IdentityProviderSettings.objects.update(tested_revision=row.revision)

        save(console, enable_saml="on", entity_id="https://mistyped.example/")

        assert known(acme).entity_id == ""
        assert post_response(Client(), by_certificate.forge.but()).status_code == 303

    def test_metadata_of_the_same_party_is_saved_and_the_admin_stays_signed_in(
        self, acme: Tenant, alice: User, by_certificate: Party
    ) -> None:
        console = signed_in_over_saml(by_certificate, alice)

        give(console, by_certificate)

        assert known(acme).sso_url == by_certificate.sso_url
        assert candidate(acme) is None
        assert console.get(PAGE).status_code == 200

    def test_so_it_is_where_nobody_has_signed_in_since_issuers_are_pinned(
        self, acme: Tenant, alice: User, by_certificate: Party
    ) -> None:
        console = signed_in_over_saml(by_certificate, alice)
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(entity_id="", issuer_pinned_at=None)

        give(console, by_certificate)

        assert known(acme).entity_id == by_certificate.forge.entity_id
        assert console.get(PAGE).status_code == 200


class TestEnforcing:
    def test_codes_come_first(self, acme: Tenant, bob: User, console: Client, idp: Party) -> None:
        post_response(Client(), idp.forge.but())

        page = save(console, enable_saml="on", enforce_saml="on")
        acme.refresh_from_db()
        assert not acme.saml_enforced
        assert "Make recovery codes" in page

        give_codes(acme, "alice@acme.example")
        save(console, enable_saml="on", enforce_saml="on")
        acme.refresh_from_db()
        assert acme.saml_enforced

    def test_somebody_elses_codes_do_not_count(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        person(acme, "Anna", Role.ADMIN)
        give_codes(acme, "anna@acme.example")
        post_response(Client(), idp.forge.but())

        save(console, enable_saml="on", enforce_saml="on")

        acme.refresh_from_db()
        assert not acme.saml_enforced

    def test_sessions_that_began_with_a_password_end_but_not_the_admins_own(
        self, acme: Tenant, alice: User, bob: User, idp: Party
    ) -> None:
        admin, by_password, by_saml = Client(), Client(), Client()
        for browser, address in ((admin, alice.email), (by_password, bob.email)):
            browser.post("/sign-in/", {"username": address, "password": PASSWORD})
            assert person_in(browser), address
        post_response(by_saml, idp.forge.but())
        give_codes(acme, alice.email)

        save(admin, enable_saml="on", enforce_saml="on")

        assert admin.get(PAGE).status_code == 200
        assert by_saml.get("/account/").status_code == 200
        assert by_password.get("/account/").status_code == 302

    def test_a_command_enforces_without_and_names_who_has_no_way_in(
        self,
        acme: Tenant,
        alice: User,
        idp: Party,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        path = tmp_path / "idp.xml"
        path.write_text(idp.metadata())

        call_command("configure_saml", "acme", f"--metadata={path}", "--enforce")

        acme.refresh_from_db()
        assert acme.saml_enforced
        assert "no unused recovery code: alice@acme.example" in capsys.readouterr().err
