"""Licences by CSV in Chromium: a problem, columns, a look at what would happen, the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from accounts.tenancy.scoping import tenant_scope
from licenses.models import Seat, Subscription
from tests.browser.test_user_list import LOOKS
from tests.conftest import person
from tests.support.browser import check, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant, User

pytestmark = pytest.mark.django_db(transaction=True)

FILE = f"Wer;Was;Kürzel\nbob@acme.example;crm;{'x' * 300}\nمريم@acme.example;crm;\n"


@pytest.mark.parametrize("look", LOOKS)
def test_from_the_user_list_to_the_result(
    open_browser: Callable[..., Page],
    acme: Tenant,
    alice: User,
    crm: Subscription,
    look: dict[str, Any],
) -> None:
    bob = person(acme, "Bob")
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/")
    page.get_by_role("link", name="Licences by CSV", exact=True).click()
    expect(page.get_by_role("button", name="Upload")).to_be_visible()
    check(page)

    def upload(text: str) -> None:
        page.get_by_label("CSV file").set_input_files(
            {"name": "licences.csv", "mimeType": "text/csv", "buffer": text.encode("utf-16")}
        )
        page.get_by_role("button", name="Upload").click()

    upload(FILE)
    page.wait_for_url("**/columns/")
    check(page)
    page.get_by_role("button", name="Show what would happen").press("Enter")
    expect(page.get_by_text("No column is the person.")).to_be_visible()
    check(page)
    page.get_by_label("Wer").select_option("person")
    page.get_by_label("Was", exact=True).select_option("licence")
    page.get_by_role("button", name="Show what would happen").press("Enter")
    page.wait_for_url("**/licenses/csv/*-*/")
    expect(page.get_by_text("Nothing was changed: 1 line of the file")).to_be_visible()
    expect(page.get_by_role("rowheader")).to_have_count(1)
    check(page)

    page.goto("/console/licenses/csv/")
    upload("email;product\nbob@acme.example;crm\n")
    page.wait_for_url("**/licenses/csv/*-*/")
    check(page)
    page.get_by_label("Reason, for the history").fill("New team")
    page.get_by_role("button", name="Apply 1 line").press("Enter")

    page.wait_for_url("**/console/results/**")
    check(page)
    with tenant_scope(acme):
        assert Seat.objects.filter(user=bob, released=None).exists()
