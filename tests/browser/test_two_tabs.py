"""What people do with tabs and buttons that one form alone does not show, in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from accounts.models import DirectoryGroup, Session
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import IdentityProviderSettings, SetUpLink
from saml_sso.services.set_up_links import make_set_up_link
from tests.support.browser import check, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant, User

pytestmark = pytest.mark.django_db(transaction=True)

NEW_GROUP = "/console/accounts/directorygroup/add/"


def test_what_was_typed_outlives_a_sign_in_in_another_tab(
    open_browser: Callable[..., Page], acme: Tenant, alice: User
) -> None:
    first = open_browser()
    sign_in(first, alice.user_name)
    first.goto(NEW_GROUP)
    first.get_by_label("Name").first.fill("Typed in the first tab")
    Session.objects.all().delete()
    second = first.context.new_page()
    sign_in(second, alice.user_name)

    first.get_by_role("button", name="Save", exact=True).click()
    expect(first.get_by_text(f"You are signed in as {alice.user_name}")).to_be_visible()
    first.get_by_role("button", name="Put it back into the form").click()
    expect(first.get_by_label("Name").first).to_have_value("Typed in the first tab")
    first.get_by_role("button", name="Save", exact=True).click()
    first.wait_for_url(lambda url: "/add/" not in url)

    with tenant_scope(acme):
        assert DirectoryGroup.objects.filter(display_name="Typed in the first tab").count() == 1


def test_a_double_click_signs_in_once_and_makes_one_group(
    open_browser: Callable[..., Page], acme: Tenant, alice: User
) -> None:
    page = open_browser()
    page.goto("/sign-in/?method=password")
    page.get_by_label("E-mail address").fill(alice.user_name)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").dblclick()
    page.wait_for_url(lambda url: "/account/" in url)
    page.goto(NEW_GROUP)
    page.get_by_label("Name").first.fill("Once")
    page.get_by_role("button", name="Save", exact=True).dblclick()
    page.wait_for_url(lambda url: "/add/" not in url)

    with tenant_scope(acme):
        assert DirectoryGroup.objects.filter(display_name="Once").count() == 1
    assert Session.objects.filter(user=alice).count() == 1


def test_after_signing_out_the_back_button_shows_nothing(
    open_browser: Callable[..., Page], acme: Tenant, alice: User
) -> None:
    page = open_browser()
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/")
    expect(page.locator("#result_list").get_by_text(alice.user_name).first).to_be_visible()
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/console/accounts/user/" not in url)
    page.go_back()
    page.wait_for_url(lambda url: "/sign-in/" in url)

    assert page.get_by_text(alice.user_name).count() == 0


def test_a_form_that_was_stopped_and_corrected_is_sent_at_once(
    open_browser: Callable[..., Page], acme: Tenant, alice: User
) -> None:
    page = open_browser()
    sign_in(page, alice.user_name)
    page.goto(NEW_GROUP)
    name, save = (
        page.get_by_label("Name").first,
        page.get_by_role("button", name="Save", exact=True),
    )
    name.fill("Wrong")
    page.route("**/add/", lambda route: route.abort("aborted"), times=1)  # As with Escape.
    save.click()
    name.fill("Right")
    save.click()
    page.wait_for_url(lambda url: "/add/" not in url)

    with tenant_scope(acme):
        assert list(DirectoryGroup.objects.values_list("display_name", flat=True)) == ["Right"]


def test_a_form_that_one_comes_back_to_is_sent_at_once(
    open_browser: Callable[..., Page], acme: Tenant, alice: User
) -> None:
    page = open_browser()
    sign_in(page, alice.user_name)
    page.goto(NEW_GROUP)
    page.get_by_label("Name").first.fill("Twice")
    page.route("**/add/", lambda route: route.abort("aborted"), times=1)
    save = page.get_by_role("button", name="Save", exact=True)
    save.click()
    # What a browser says that has kept the page as it was; a headless one keeps none.
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    save.click()
    page.wait_for_url(lambda url: "/add/" not in url)

    with tenant_scope(acme):
        assert DirectoryGroup.objects.filter(display_name="Twice").count() == 1


@pytest.mark.parametrize("text", ["w" * 900, "محمد-גוריון" * 80])
def test_an_old_tab_of_a_set_up_link_shows_what_has_changed_on_a_phone(
    open_browser: Callable[..., Page], acme: Tenant, text: str
) -> None:
    with tenant_scope(acme):
        secret = make_set_up_link(tenant=acme, purpose=SetUpLink.Purpose.SAML, days=1)
    page = open_browser(width=360)
    page.goto(f"/set-up/acme/{secret}/")
    page.get_by_text("Paste it, read it from an address, or type it").click()
    page.get_by_label("IdP entity ID").fill(f"urn:{text}")
    with tenant_scope(acme):
        IdentityProviderSettings.objects.create(tenant=acme, entity_id=f"https://{text}")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("somebody else changed")).to_be_visible()
    check(page)
    with tenant_scope(acme):
        assert IdentityProviderSettings.objects.get().entity_id == f"https://{text}"
