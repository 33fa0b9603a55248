"""The page SAML & SCIM in Chromium: from nothing to enforced."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from accounts.scoping import tenant_scope
from saml_sso.services.switches import enforce_saml_untested
from tests.conftest import PASSWORD
from tests.support.browser import assert_accessible, assert_fits
from tests.support.saml_party import connect, party_of
from tests.support.saml_server import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from accounts.models import Tenant, User

PAGE = "/console/security/saml-scim/"

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page: Page, user: User) -> None:
    """Sign ``user`` in with their password."""
    page.goto("/sign-in/?method=password")
    page.get_by_label("address").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


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
    page.get_by_label("Enable SCIM provisioning").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("textbox", name="SCIM token")).to_be_visible()
    assert_accessible(page)


class TestFromNothingToEnforced:
    def test_an_admin_sets_saml_up_tests_and_enforces_it(
        self, acme: Tenant, alice: User, page: Page, tmp_path: Path
    ) -> None:
        sign_in(page, alice)
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


def make_link(page: Page, purpose: str) -> str:
    """Make a set-up link in the console and return it."""
    page.goto(PAGE)
    page.get_by_label("What the colleague may do").select_option(purpose)
    page.get_by_role("button", name="Make a set-up link").click()
    return page.locator("#new-link").input_value()


def assert_good(page: Page) -> None:
    """Check that the page is accessible and fits."""
    assert_accessible(page)
    assert_fits(page)


class TestSetUpLink:
    def test_a_colleague_without_an_account_gets_saml_going_alone_on_a_phone(
        self, acme: Tenant, alice: User, open_browser: Callable[..., Page], tmp_path: Path
    ) -> None:
        page, colleague = open_browser(), open_browser(width=360, scheme="dark")
        sign_in(page, alice)
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
        sign_in(page, alice)

        colleague.goto(make_link(page, "certificate"))

        expect(colleague.get_by_label("X.509 certificate")).to_be_visible()
        expect(colleague.get_by_role("button", name="Test sign-in")).to_have_count(0)
        assert_good(colleague)


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_is_accessible(
    alice: User, open_browser: Callable[..., Page], tmp_path: Path, width: int, scheme: str
) -> None:
    page = open_browser(width=width, scheme=scheme)
    connect(alice.tenant, tmp_path, party_of("acme"))
    sign_in(page, alice)

    page.goto(PAGE)
    for summary in page.locator("main summary").all():
        summary.click()

    assert_accessible(page)
    assert_fits(page)
