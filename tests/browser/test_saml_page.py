"""The page SAML & SCIM in Chromium: from nothing to enforced."""

from __future__ import annotations

import re
from threading import Event
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from accounts.signing_in.recovery import make_recovery_codes
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import IdentityProviderSettings
from saml_sso.services.switches import enable_saml, enforce_saml_untested
from tests.support.browser import assert_accessible, assert_fits, assert_focused, sign_in
from tests.support.saml import certificate, pem, private_key
from tests.support.saml_party import Party, connect, party_of
from tests.support.saml_server import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from accounts.models import Tenant, User

PAGE = "/console/security/saml-scim/"

pytestmark = pytest.mark.django_db(transaction=True)


def set_up(page: Page, metadata: Path, sign_on_page_url: str) -> None:
    """Walk through the page as an admin does who has never seen it."""
    page.goto(PAGE)
    expect(page.locator("#sign-on-page-url")).to_have_value(sign_on_page_url)
    page.get_by_label("Enable SAML sign-on").check()
    page.get_by_label("System admin email").fill("it@acme.example")
    page.get_by_label("Metadata XML").set_input_files(metadata)
    expect(page.get_by_label("Enforce SAML login")).to_be_disabled()
    assert_accessible(page)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("It is not saved yet")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Test sign-in").click()
    result = popup.value
    expect(result.get_by_text("The test passed")).to_be_visible()
    assert_accessible(result)
    expect(page.get_by_role("heading", name="The test passed")).to_be_visible()
    expect(page.locator(".gh-trace__name", has_text="Audience")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Continue with step 3").click()
    page.get_by_label("Enforce SAML login").check()
    page.get_by_role("link", name="Provisioning (SCIM)").click()
    page.get_by_label("Enable SCIM provisioning").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("textbox", name="SCIM token")).to_be_visible()
    assert_accessible(page)


class TestFromNothingToEnforced:
    def test_an_admin_sets_saml_up_tests_and_enforces_it(
        self, acme: Tenant, alice: User, page: Page, tmp_path: Path
    ) -> None:
        sign_in(page, alice.user_name)
        with tenant_scope(acme):
            make_recovery_codes(user=alice)
        with serving(party_of("acme"), name_id=alice.email) as idp:
            metadata = tmp_path / "idp.xml"
            metadata.write_text(idp.metadata())
            set_up(page, metadata, idp.forge.acs_url)

        acme.refresh_from_db()
        assert acme.saml_enforced
        assert acme.scim_enabled

    def test_a_person_starts_at_the_sign_in_page_and_comes_back_from_their_company(
        self, acme: Tenant, bob: User, page: Page, tmp_path: Path
    ) -> None:
        with serving(party_of("acme"), name_id=bob.email) as idp:
            connect(acme, tmp_path, idp)

            page.goto("/saml/acme/")

            page.wait_for_url("**/account/")
        expect(page.get_by_text(bob.email).first).to_be_visible()

    def test_the_sign_in_form_leads_to_the_identity_provider_of_a_tenant_that_enforces_it(
        self, acme: Tenant, bob: User, page: Page, tmp_path: Path
    ) -> None:
        with serving(party_of("acme"), name_id=bob.email) as idp:
            connect(acme, tmp_path, idp)
            with tenant_scope(acme):
                enforce_saml_untested(tenant=acme)

            page.goto("/sign-in/")
            page.get_by_label("E-mail address").fill(bob.email)
            page.get_by_role("button", name="Continue").click()

            page.wait_for_url("**/account/")


class TestLiveTrace:
    """What is seen between pressing *Test sign-in* and the conclusion."""

    def begin(self, page: Page) -> Page:
        """Press the button; return the tab that opens."""
        page.goto(PAGE)
        with page.expect_popup() as popup:
            page.get_by_role("button", name="Test sign-in").click()
        return popup.value

    def test_the_stages_advance_and_the_checks_appear_one_after_the_other(
        self, acme: Tenant, alice: User, open_browser: Callable[..., Page], tmp_path: Path
    ) -> None:
        page, gate = open_browser(moves=True), Event()
        stages, checks = page.locator(".gh-stages li"), page.locator("#test-live .gh-trace > li")
        sign_in(page, alice.user_name)
        with serving(party_of("acme"), name_id=alice.email, gate=gate) as idp:
            connect(acme, tmp_path, idp)
            self.begin(page)
            expect(page.locator("[aria-current=step]")).to_contain_text("Its answer")
            expect(stages.nth(1)).to_contain_text("done")
            assert_good(page)
            page.evaluate(_WATCH_CHECKS)
            gate.set()
            expect(page.locator("#test-live h3")).to_contain_text("The test passed")

        seen = page.evaluate("window.seen")
        assert seen[0]["checks"] == 1
        assert all(not each["concluded"] for each in seen[:-1])
        assert [each["checks"] for each in seen] == sorted({each["checks"] for each in seen})
        assert checks.filter(visible=False).count() == 0
        expect(stages.last).to_contain_text("The test passed")
        expect(page.locator("#gh-announcer")).to_contain_text("The test passed")
        assert_good(page)

    def test_who_wants_nothing_to_move_sees_all_at_once(
        self, acme: Tenant, alice: User, page: Page, tmp_path: Path
    ) -> None:
        sign_in(page, alice.user_name)
        with serving(party_of("acme"), name_id=alice.email) as idp:
            connect(acme, tmp_path, idp)
            page.goto(PAGE)
            page.evaluate(_WATCH_CHECKS)
            with page.expect_popup():
                page.get_by_role("button", name="Test sign-in").click()
            expect(page.locator("#test-live h3")).to_contain_text("The test passed")

        assert page.evaluate("window.seen.filter((each) => !each.concluded)") == []

    def test_a_failed_check_is_a_cross_and_says_what_it_asks_and_what_to_do(
        self, acme: Tenant, alice: User, page: Page, tmp_path: Path
    ) -> None:
        sign_in(page, alice.user_name)
        with serving(party_of("acme"), name_id="nobody@acme.example") as idp:
            connect(acme, tmp_path, idp)
            result = self.begin(page)
            expect(page.locator("#test-live h3")).to_contain_text("The test failed at the check")
            expect(result.get_by_role("heading", name="The test failed")).to_be_visible()

        failed = page.locator("#test-live .gh-trace > li.is-failed")
        expect(failed).to_contain_text("failed: User")
        expect(failed).to_contain_text("Is there somebody here with this address?")
        expect(failed).to_contain_text("What to do")
        expect(page.locator(".gh-stages li").last).to_contain_text("failed")
        assert_good(page)
        assert_good(result)


_WATCH_CHECKS = """() => {
  window.seen = [];
  const note = () => {
    const checks = document.querySelectorAll("#test-live .gh-trace > li:not([hidden])").length;
    if (!checks || window.seen.at(-1)?.checks === checks && !window.seen.at(-1).concluded) return;
    const conclusion = document.querySelector("#test-live [data-conclusion]");
    if (!window.seen.at(-1)?.concluded) {
      window.seen.push({ checks, concluded: !conclusion.hidden });
    }
  };
  new MutationObserver(note).observe(document.getElementById("test-live"),
    { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
}"""


def make_link(page: Page, purpose: str) -> str:
    """Make a set-up link in the console and return it."""
    page.goto(PAGE)
    if page.get_by_label("What the colleague may do").is_hidden():
        page.get_by_role("heading", name="Let a colleague in IT do it").click()
    page.get_by_label("What the colleague may do").select_option(purpose)
    page.get_by_role("button", name="Make a set-up link").click()
    return page.locator("#new-link").input_value()


def assert_good(page: Page) -> None:
    """Check that the page is accessible and fits."""
    assert_accessible(page)
    assert_fits(page)


class TestMistakes:
    def test_the_summary_takes_the_focus_leads_to_the_fields_and_what_was_typed_stays(
        self, alice: User, open_browser: Callable[..., Page], tmp_path: Path
    ) -> None:
        page, file = open_browser(width=360), tmp_path / "idp.xml"
        file.write_text("<html><body>Sign in</body></html>")
        sign_in(page, alice.user_name)

        page.goto(PAGE)
        page.get_by_label("Metadata XML").set_input_files(file)
        page.get_by_label("System admin email").fill("nobody")
        page.get_by_label("System admin email").press("Enter")

        summary = page.locator(".gh-summary")
        assert_focused(summary)
        expect(summary).to_contain_text("Nothing was saved.")
        expect(summary).to_contain_text("Metadata XML: This is an HTML page")
        expect(page).to_have_title(re.compile("^Error: "))
        assert_good(page)
        summary.get_by_role("link", name="System admin email").click()
        assert_focused(page.get_by_label("System admin email"))
        expect(page.get_by_label("System admin email")).to_have_value("nobody")

    def test_of_two_identity_providers_the_trusted_one_is_chosen_and_another_is_shown_first(
        self, acme: Tenant, alice: User, page: Page, tmp_path: Path
    ) -> None:
        idp, file = party_of("acme"), tmp_path / "two.xml"
        connect(acme, tmp_path, idp)
        file.write_text(two_of(idp))
        sign_in(page, alice.user_name)

        page.goto(PAGE)
        page.get_by_role("heading", name="Step 2").click()
        page.get_by_label("Metadata XML").set_input_files(file)
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_label(idp.forge.entity_id, exact=True)).to_be_checked()
        expect(
            page.get_by_text("Nothing would change: you trust all of it already.")
        ).to_be_visible()
        page.get_by_label(f"{idp.forge.entity_id}/other", exact=True).check()
        page.get_by_role("button", name="Preview").click()
        changed = page.get_by_role("row", name="IdP entity ID")
        expect(changed).to_contain_text(f"{idp.forge.entity_id}/other")
        assert_good(page)
        page.get_by_role("button", name="Make it the candidate").click()

        expect(page.get_by_role("heading", name="Candidate")).to_be_visible()
        with tenant_scope(acme):
            saved = IdentityProviderSettings.objects.get()
        assert saved.entity_id == idp.forge.entity_id


@pytest.mark.parametrize("width", [360, 1440])
def test_an_admin_moves_to_another_identity_provider(
    acme: Tenant, alice: User, open_browser: Callable[..., Page], tmp_path: Path, width: int
) -> None:
    page = open_browser(width=width)
    connect(acme, tmp_path, party_of("acme"))
    sign_in(page, alice.user_name)
    before = party_of("acme")
    forge = before.forge.but(entity_id="https://idp.acme.example/moved")
    with serving(Party(forge, before.sso_url), name_id=alice.email) as idp:
        metadata = tmp_path / "moved.xml"
        metadata.write_text(idp.metadata())
        page.goto(PAGE)
        page.get_by_label("Metadata XML").set_input_files(metadata)
        page.get_by_role("button", name="Save").click()
        card = page.get_by_role("region", name="Candidate")
        expect(card).to_contain_text("https://idp.acme.example/moved")
        assert_good(page)
        with page.expect_popup() as popup:
            page.get_by_role("button", name="Test the candidate").click()
        expect(popup.value.get_by_text("The test passed").first).to_be_visible()
        assert_good(popup.value)
        expect(page.get_by_role("heading", name="The test passed")).to_be_visible()

    page.goto(PAGE)
    expect(page.get_by_role("heading", name="Candidate")).to_have_count(0)
    with tenant_scope(acme):
        assert IdentityProviderSettings.objects.get().entity_id == forge.entity_id
    assert_good(page)


@pytest.mark.parametrize("width", [360, 1440])
def test_what_a_link_brought_is_seen_and_accepted(
    acme: Tenant, alice: User, open_browser: Callable[..., Page], tmp_path: Path, width: int
) -> None:
    connect(acme, tmp_path, party_of("acme"))
    page, colleague = open_browser(width=width), open_browser(width=width)
    sign_in(page, alice.user_name)
    further = tmp_path / "further.pem"
    further.write_text(pem(certificate(private_key("rsa2048", "further"), name="further")))

    colleague.goto(make_link(page, "certificate"))
    colleague.get_by_label("X.509 certificate").set_input_files(further)
    colleague.get_by_role("button", name="Save").click()
    expect(colleague.get_by_text("waits for a system admin").first).to_be_visible()
    assert_good(colleague)

    page.goto(PAGE)
    expect(page.get_by_role("region", name="A change waits for you")).to_contain_text("CN=further")
    assert_good(page)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("It is trusted from now on.")).to_be_visible()


def two_of(idp: Party) -> str:
    """Return metadata of two identity providers, that of ``idp`` and another one."""
    one = re.sub(r"^<\?xml[^>]*\?>", "", idp.metadata())
    other = one.replace(f'"{idp.forge.entity_id}"', f'"{idp.forge.entity_id}/other"')
    namespace = "urn:oasis:names:tc:SAML:2.0:metadata"
    return f'<m:EntitiesDescriptor xmlns:m="{namespace}">{one}{other}</m:EntitiesDescriptor>'


class TestSetUpLink:
    def test_a_colleague_without_an_account_gets_saml_going_alone_on_a_phone(
        self, acme: Tenant, alice: User, open_browser: Callable[..., Page], tmp_path: Path
    ) -> None:
        page, colleague = open_browser(), open_browser(width=360, scheme="dark")
        sign_in(page, alice.user_name)
        gate, metadata = Event(), tmp_path / "idp.xml"
        with serving(party_of("acme"), name_id=alice.email, gate=gate) as idp:
            metadata.write_text(idp.metadata())

            colleague.goto(make_link(page, "saml_and_scim"))
            expect(colleague.locator("#sign-on-page-url")).to_have_value(idp.forge.acs_url)
            switch = colleague.get_by_role("button", name="Switch SAML sign-on on")
            expect(switch).to_be_disabled()
            assert_good(colleague)
            colleague.get_by_label("Metadata XML").set_input_files(metadata)
            colleague.get_by_role("button", name="Preview").click()
            expect(colleague.get_by_text("It is not saved yet")).to_be_visible()
            assert_good(colleague)
            colleague.get_by_role("button", name="Save").click()
            with colleague.expect_popup() as popup:
                colleague.get_by_role("button", name="Test sign-in").click()
            expect(colleague.get_by_text("Waiting for the identity provider").last).to_be_visible()
            assert_good(colleague)
            gate.set()
            expect(popup.value.get_by_text("The test passed").first).to_be_visible()
            assert_good(popup.value)
        expect(colleague.get_by_role("heading", name="The test passed")).to_be_visible()
        expect(colleague.locator(".gh-trace__name", has_text="Audience")).to_be_visible()
        assert_good(colleague)
        colleague.get_by_role("link", name="Continue with step 3").click()
        switch.click()
        expect(colleague.get_by_text("SAML sign-on is on.").last).to_be_visible()
        colleague.get_by_role("button", name="Make a SCIM token").click()
        colleague.get_by_role("dialog").get_by_role("button", name="Make a token").click()
        expect(colleague.get_by_role("textbox", name="SCIM token")).to_be_visible()
        assert_good(colleague)

    def test_a_certificate_link_shows_no_test_and_no_switch(
        self, acme: Tenant, alice: User, open_browser: Callable[..., Page], tmp_path: Path
    ) -> None:
        connect(acme, tmp_path, party_of("acme"))
        page, colleague = open_browser(), open_browser(width=360)
        sign_in(page, alice.user_name)

        colleague.goto(make_link(page, "certificate"))

        expect(colleague.get_by_label("X.509 certificate")).to_be_visible()
        expect(colleague.get_by_role("button", name="Test sign-in")).to_have_count(0)
        assert_good(colleague)


@pytest.mark.parametrize("field", ["id_metadata", "id_metadata_url", "sign-on-page-url"])
def test_a_link_to_a_field_opens_the_fold_that_holds_it(
    alice: User, open_browser: Callable[..., Page], tmp_path: Path, field: str
) -> None:
    page = open_browser()
    connect(alice.tenant, tmp_path, party_of("acme"))
    with tenant_scope(alice.tenant):
        enable_saml(tenant=alice.tenant)
    sign_in(page, alice.user_name)

    page.goto(PAGE)
    expect(page.locator(f"#{field}")).to_be_hidden()
    page.goto(f"{PAGE}#{field}")

    expect(page.locator(f"#{field}")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_is_accessible(
    alice: User, open_browser: Callable[..., Page], tmp_path: Path, width: int, scheme: str
) -> None:
    page = open_browser(width=width, scheme=scheme)
    connect(alice.tenant, tmp_path, party_of("acme"))
    sign_in(page, alice.user_name)

    for tab in ("saml", "scim"):
        page.goto(f"{PAGE}#{tab}")
        page.reload()
        for summary in page.locator("main summary").filter(visible=True).all():
            summary.click()

        assert_accessible(page)
        assert_fits(page)
