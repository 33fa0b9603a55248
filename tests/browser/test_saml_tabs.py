"""The two tabs of SAML & SCIM, and the set-up guides, in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import SetUpLink
from saml_sso.services.set_up_links import make_set_up_link
from saml_sso.services.switches import enable_saml
from tests.support.browser import check, press_tab_until, sign_in
from tests.support.saml_party import connect, party_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from accounts.models import Tenant, User

PAGE = "/console/security/saml-scim/"

pytestmark = pytest.mark.django_db(transaction=True)


def assert_open(page: Page, part: str) -> None:
    """Check which tab is open: what is in it is seen, and what is in the other one is not."""
    saml, scim = page.get_by_label("Enable SAML sign-on"), page.get_by_label("Enable SCIM")
    shown, hidden = (saml, scim) if part == "saml" else (scim, saml)
    expect(shown).to_be_visible()
    expect(hidden).to_be_hidden()
    name = {"saml": "Sign-in (SAML)", "scim": "Provisioning (SCIM)"}[part]
    current = page.get_by_role("navigation", name="Parts of this page").locator("[aria-current]")
    expect(current.filter(visible=True)).to_have_text(name)


@pytest.fixture
def connected(acme: Tenant, tmp_path: Path) -> Tenant:
    """Acme with SAML on."""
    connect(acme, tmp_path, party_of("acme"))
    with tenant_scope(acme):
        enable_saml(tenant=acme)
    return acme


class TestTabs:
    @pytest.mark.parametrize("browser", [{"runs": True}, {"runs": False}], ids=str)
    def test_a_press_opens_the_other_tab_and_what_was_typed_stays(
        self, alice: User, open_browser: Callable[..., Page], browser: dict[str, bool]
    ) -> None:
        page = open_browser(**browser)
        sign_in(page, alice.user_name)
        page.goto(PAGE)
        assert_open(page, "saml")
        page.get_by_label("System admin email").fill("it@acme.example")

        page.get_by_role("link", name="Provisioning (SCIM)").click()
        assert_open(page, "scim")
        page.get_by_role("link", name="Sign-in (SAML)").click()

        assert_open(page, "saml")
        expect(page.get_by_label("System admin email")).to_have_value("it@acme.example")
        page.go_back()
        assert_open(page, "scim")

    @pytest.mark.parametrize(
        ("place", "part"),
        [
            ("scim", "scim"),
            ("id_enable_scim", "scim"),
            ("guide-scim-vendor", "scim"),
            ("id_enforce_saml", "saml"),
            ("switches", "saml"),
            ("test", "saml"),
            ("id_identifier_attribute", "saml"),
        ],
    )
    def test_a_link_to_a_field_opens_its_tab(
        self, connected: Tenant, alice: User, page: Page, place: str, part: str
    ) -> None:
        sign_in(page, alice.user_name)

        page.goto(f"{PAGE}#{place}")

        assert_open(page, part)
        expect(page.locator(f"#{place}")).to_be_in_viewport()

    def test_one_save_stores_both_tabs_and_shows_the_new_token(
        self, connected: Tenant, alice: User, page: Page
    ) -> None:
        sign_in(page, alice.user_name)
        page.goto(PAGE)
        page.get_by_label("System admin email").fill("it@acme.example")
        page.get_by_role("link", name="Provisioning (SCIM)").click()
        page.get_by_label("Enable SCIM provisioning").check()

        page.get_by_role("button", name="Save").click()

        assert_open(page, "scim")
        expect(page.get_by_role("textbox", name="SCIM token")).to_be_visible()
        check(page)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The settings are saved.")).to_be_visible()
        assert_open(page, "scim")
        page.get_by_role("link", name="Sign-in (SAML)").click()
        expect(page.get_by_label("System admin email")).to_have_value("it@acme.example")

    def test_a_mistake_opens_the_tab_that_it_is_in_wherever_save_was_pressed(
        self, alice: User, page: Page
    ) -> None:
        sign_in(page, alice.user_name)
        page.goto(f"{PAGE}#scim")
        page.get_by_label("Enable SCIM provisioning").check()
        page.get_by_role("link", name="Sign-in (SAML)").click()

        page.get_by_role("button", name="Save").click()
        assert_open(page, "scim")
        expect(page.locator(".gh-summary")).to_contain_text("Enable SAML sign-on first")

        page.get_by_label("Enable SCIM provisioning").uncheck()
        page.get_by_role("link", name="Sign-in (SAML)").click()
        page.get_by_label("System admin email").fill("nobody")
        page.get_by_role("link", name="Provisioning (SCIM)").click()
        page.get_by_role("button", name="Save").click()
        assert_open(page, "saml")
        page.locator(".gh-summary").get_by_role("link", name="System admin email").click()
        assert_open(page, "saml")

    def test_a_token_is_regenerated_where_it_stands(
        self, connected: Tenant, alice: User, page: Page
    ) -> None:
        sign_in(page, alice.user_name)
        page.goto(f"{PAGE}#scim")
        page.get_by_label("Enable SCIM provisioning").check()
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Regenerate").click()
        page.get_by_role("dialog").get_by_role("button", name="Regenerate").click()

        assert_open(page, "scim")
        expect(page.get_by_role("textbox", name="SCIM token")).to_be_visible()


class TestGuides:
    def test_a_guide_is_chosen_by_keyboard_and_its_values_are_copied(
        self, alice: User, page: Page
    ) -> None:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        sign_in(page, alice.user_name)
        page.goto(PAGE)

        choice = page.locator("#guide-saml-vendor")
        choice.focus()
        page.keyboard.type("Okt")
        with page.expect_navigation():
            press_tab_until(page, "Show the guide")
            page.keyboard.press("Enter")

        guide = page.get_by_role("region", name="Guide for Okta: SAML")
        expect(guide.get_by_role("heading", name="Tell Okta our address")).to_be_visible()
        button = guide.get_by_role("button", name="Copy Single sign-on URL")
        button.click()
        expect(page.locator("#gh-announcer")).to_have_text("Copied: Copy Single sign-on URL")
        value: str = page.evaluate("navigator.clipboard.readText()")
        assert value.endswith("/saml/acme/")
        check(page)

    def test_the_guide_of_scim_stays_in_its_tab_when_another_is_chosen_and_when_saved(
        self, connected: Tenant, alice: User, open_browser: Callable[..., Page]
    ) -> None:
        page = open_browser(runs=False)
        sign_in(page, alice.user_name)
        page.goto(f"{PAGE}#scim")
        page.locator("#guide-scim-vendor").select_option("jumpcloud")
        page.get_by_role("button", name="Show the guide").click()
        assert_open(page, "scim")
        expect(page.get_by_role("heading", name="Guide for JumpCloud: SCIM")).to_be_visible()

        page.get_by_label("Enable SCIM provisioning").check()
        page.get_by_role("button", name="Save").click()

        assert_open(page, "scim")
        expect(page.get_by_role("heading", name="Guide for JumpCloud: SCIM")).to_be_visible()
        made = page.locator("#guide-scim li", has_text="Make the token here")
        expect(made).to_contain_text("Done:")

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [360, 1440])
    def test_guides_are_accessible_and_fit(
        self, acme: Tenant, alice: User, open_browser: Callable[..., Page], width: int, scheme: str
    ) -> None:
        page = open_browser(width=width, scheme=scheme)
        sign_in(page, alice.user_name)
        for guide in ("adfs", "keycloak"):
            page.goto(f"{PAGE}?guide={guide}")
            check(page)
            page.goto(f"{PAGE}?guide={guide}#scim")
            check(page)
        with tenant_scope(acme):
            purpose = SetUpLink.Purpose.SAML_AND_SCIM
            secret = make_set_up_link(tenant=acme, purpose=purpose, days=1)
        colleague = open_browser(width=width, scheme=scheme)
        colleague.goto(f"/set-up/acme/{secret}/?guide=entra")
        check(colleague)

    def test_a_printed_guide_has_its_steps_and_values_and_no_buttons(
        self, alice: User, page: Page
    ) -> None:
        sign_in(page, alice.user_name)
        page.goto(f"{PAGE}?guide=entra")
        page.emulate_media(media="print")

        guide = page.locator("#guide-saml")
        expect(guide.get_by_role("heading", name="Tell Entra ID our address")).to_be_visible()
        expect(guide.locator("#guide-saml-2-1")).to_be_visible()
        assert guide.locator("button").filter(visible=True).count() == 0
