"""Import of people in Chromium: upload, columns, a look at what would happen, the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.tenancy.scoping import tenant_scope
from tests.browser.test_user_list import LOOKS
from tests.conftest import person
from tests.support.browser import check, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

FILE = (
    "E-Mail;Vorname;Nachname;Abteilung;Kürzel\n"
    "zoe@acme.example;Zoë;Groß;Einkauf;zg\n"
    "bob@acme.example;Robert;;;\n"
    "alice@acme.example;;;;\n"
    f"no address;{'x' * 300};;;\n"
    "مريم@acme.example;مريم;الفارسي;;\n"
)


@pytest.mark.parametrize("look", LOOKS)
def test_from_the_user_list_to_the_person_who_was_made(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, look: dict[str, Any]
) -> None:
    person(acme, "Bob")
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/")
    page.get_by_role("link", name="Import", exact=True).click()
    expect(page.get_by_role("button", name="Upload")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    check(page)

    page.get_by_label("CSV file").set_input_files(
        {"name": "hr.csv", "mimeType": "text/csv", "buffer": FILE.encode("utf-16")}
    )
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/columns/")
    expect(page.get_by_label("Vorname")).to_have_value("given_name")
    check(page)
    page.get_by_label("Kürzel").select_option("given_name")
    page.get_by_role("button", name="Show what would happen").press("Enter")
    expect(page.get_by_text("Two columns are Given name.")).to_be_visible()
    check(page)
    page.get_by_label("Kürzel").select_option("nick_name")
    page.get_by_role("button", name="Show what would happen").press("Enter")

    page.wait_for_url("**/people/import/*/")
    expect(page.get_by_role("heading", name="What this file would do")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Refused").click()
    expect(page.get_by_role("rowheader")).to_have_count(1)
    check(page)
    page.get_by_role("link", name="Changed 1", exact=True).click()
    expect(page.get_by_role("rowheader")).to_have_text("Bob (bob@acme.example)")
    check(page)
    page.get_by_role("button", name="Import 3 people").press("Enter")

    page.wait_for_url("**/console/results/**")
    check(page)
    page.get_by_role("link", name="Zoë Groß").click()
    page.wait_for_url("**/console/accounts/user/**")
    with tenant_scope(acme):
        assert User.objects.get(given_name="Robert").user_name == "bob@acme.example"
