"""*Appearance* in Chromium, and a page in a company's colours: for axe, narrow, light and dark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from accounts.brands.logos import read_logo
from accounts.services.brands import change_brand
from accounts.tenancy.scoping import tenant_scope
from tests.accounts.test_brands import picture
from tests.support.browser import check, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant, User

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [(1440, "light"), (1440, "dark"), (360, "light"), (320, "dark")]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_an_admin_looks_before_a_look_is_used(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, width: int, scheme: str
) -> None:
    page = open_browser(width=width, scheme=scheme)
    sign_in(page, "alice@acme.example")
    page.goto("/console/advanced/appearance/")
    check(page)

    page.get_by_label("Colour").fill("#ffff00")
    page.get_by_label("Logo", exact=True).set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": picture()}
    )
    page.get_by_role("button", name="Show what it looks like").click()
    expect(page.get_by_role("heading", name="Use this look?")).to_be_visible()
    check(page)
    colours = [
        sample.evaluate("(e) => getComputedStyle(e).color")
        for sample in page.locator(".gh-sample__text").all()
    ]
    assert colours == ["rgb(115, 115, 0)", "rgb(255, 255, 102)"]

    page.get_by_role("button", name="Use this look").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    check(page)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_in_a_companys_colours_are_accessible_and_fit(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, width: int, scheme: str
) -> None:
    acme.name = "Österreichische-Elektrizitätswirtschaft " * 4
    acme.save()
    with tenant_scope(acme):
        change_brand(tenant=acme, colour="#ffe600", logo=read_logo(picture()))
    page = open_browser(width=width, scheme=scheme)
    sign_in(page, "alice@acme.example")
    for path in ("/account/", "/account/recovery-codes/", "/account/confirm/"):
        page.goto(path)
        check(page)

    page.get_by_role("button", name="Sign out").click()
    for path in ("/sign-in/", "/sign-in/company/", "/password/forgotten/"):
        page.goto(path)
        expect(page.locator(".gh-door__brand img")).to_have_attribute("src", re.compile("^/brand/"))
        check(page)
