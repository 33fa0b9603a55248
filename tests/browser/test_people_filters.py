"""Filters, columns and saved views of the user list, in Chromium."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.tenancy.scoping import tenant_scope
from console.people.columns import COLUMNS, ENTERPRISE
from licenses.services import assign_seat
from scim.models import Source
from tests.browser.test_user_list import LOOKS
from tests.conftest import person
from tests.support.browser import check, sign_in
from tests.support.page_layout import faults_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant
    from licenses.models import Subscription

pytestmark = pytest.mark.django_db(transaction=True)
LONGEST = "María Fernanda Gutiérrez Villalobos de la Santísima Trinidad"
RIGHT_TO_LEFT = "ليلى بنت عبد الرحمن الفارسي"


@pytest.mark.parametrize("look", LOOKS)
def test_a_list_is_filtered_changed_and_kept_by_links_and_forms_alone(
    open_browser: Callable[..., Page],
    acme: Tenant,
    alice: User,
    crm: Subscription,
    look: dict[str, Any],
) -> None:
    with tenant_scope(acme):
        source = Source.objects.create(name="Entra ID")
        for number, name in enumerate([LONGEST, RIGHT_TO_LEFT]):
            made = person(acme, f"long{number}")
            User.objects.filter(pk=made.pk).update(display_name=name, source_ids=[source.pk])
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/")
    panel = page.locator("#changelist")

    panel.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("link", name="Source", exact=True).click()
    expect(page.locator("#choices")).to_be_visible()
    check(page)
    page.locator("#choices").get_by_role("link", name="Entra ID 2").click()
    expect(page.get_by_role("link", name="Source: Entra ID")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(3)
    check(page)
    assert chip_height(page) < 60  # It stands in one line or two, not letter under letter.

    page.get_by_role("button", name="Columns").click()
    expect(page.get_by_role("link", name=re.compile("^Department"))).to_be_visible()
    check(page)
    page.get_by_role("link", name=re.compile("^Department")).click()
    page.get_by_role("link", name="Save this view").click()
    expect(page.get_by_label("Name of this view")).to_be_visible()
    check(page)
    page.get_by_label("Name of this view").fill("By Entra")
    page.get_by_role("button", name="Save this view").click()
    tab = page.get_by_role("navigation", name="Saved views").get_by_role("link", name="By Entra 2")
    expect(tab).to_have_attribute("aria-current", "true")

    page.get_by_role("link", name="Remove the filter Source").click()
    expect(page.get_by_role("row")).to_have_count(4)
    page.get_by_role("link", name="Everybody").click()
    page.get_by_role("link", name="Rename or delete views").click()
    expect(page.get_by_role("button", name="Delete By Entra")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Delete By Entra").click()
    expect(page.get_by_text("The people in it stay as they are.")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_many_filters_fold_where_it_is_narrow(
    open_browser: Callable[..., Page], alice: User, look: dict[str, Any]
) -> None:
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/?status=active&role=admin&licence=none&source=hand")

    fold, chips = page.get_by_role("button", name="Filters (4)"), page.locator(".gh-chip")
    if look["width"] > 360:
        expect(fold).to_be_hidden()
        expect(chips.first).to_be_visible()
        return
    expect(chips.first).to_be_hidden()
    fold.click()
    removing = page.locator("#set-filters").get_by_role("link", name="Remove the filter Role")
    expect(removing).to_be_visible()
    check(page)
    removing.click()
    expect(chips).to_have_count(3)
    expect(chips.first).to_be_visible()


def chip_height(page: Page) -> float:
    box = page.locator(".gh-chip").first.bounding_box()
    assert box is not None
    return box["height"]


def test_every_column_that_is_chosen_is_read_in_every_width(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, bob: User, crm: Subscription
) -> None:
    with tenant_scope(acme):
        assign_seat(subscription=crm, user=bob)
        source = Source.objects.create(name="Entra ID")
        User.objects.filter(pk=bob.pk).update(
            source_ids=[source.pk],
            external_id="4711",
            attributes={"title": "Night shift lead", ENTERPRISE: {"department": "Logistics"}},
        )
    page = open_browser()
    sign_in(page, alice.user_name)
    page.goto(f"/console/accounts/user/?columns={','.join(COLUMNS)}")
    row = page.get_by_role("row", name="bob@acme.example")
    texts = {name: row.locator(f"td.field-{name}").text_content() or "" for name in COLUMNS}
    assert all(re.search(r"\w", text) for text in texts.values()), texts

    for width in (320, 360, 768, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        drawn = " ".join(row.inner_text().split())
        assert {name for name, text in texts.items() if text not in drawn} == set(), (width, drawn)
        assert faults_of(page) == [], width
