"""Both dashboards in Chromium: of troubled companies, of fresh ones, and of those that are well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from accounts.models import ActionResult, Job, Tenant
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Product
from provisioning.models import Application
from scim.models import Source
from tests.browser.test_person_page import LOOKS
from tests.support.browser import check, press_tab_until, sign_in
from tests.support.keyboard import keyboard_faults
from tests.support.longest_values import UNBROKEN, lengthen
from tests.support.page_layout import faults_of
from tests.support.scim import enable_scim
from tests.support.troubled_company import trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def troubled(acme: Tenant, alice: User) -> Tenant:
    """Acme with three of every trouble, begun by Alice, and a job of its that has failed."""
    enable_scim(acme)
    trouble(acme, alice, 3)
    with tenant_scope(acme):
        Job.objects.create(
            kind="accounts.send_letter_to",
            tenant=acme,
            queue="mail",
            actor="x",
            state=Job.State.FAILED,
            error="The mail server is away.",
        )
    return acme


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", ["troubled", "fresh", "well"])
def test_the_dashboard_fits_and_can_be_reached(
    request: pytest.FixtureRequest,
    open_browser: Callable[..., Page],
    alice: User,
    look: dict[str, Any],
    state: str,
) -> None:
    if state == "troubled":
        request.getfixturevalue("troubled")
    elif state == "well":
        enable_scim(request.getfixturevalue("acme"))
    page = open_browser(**look)
    sign_in(page, alice.user_name)

    page.goto("/console/")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.get_by_role("heading", name="Needs attention").count() == (state == "troubled")
    assert page.get_by_role("heading", name="Set up").count() == (state == "fresh")
    assert page.locator(".gh-button--main:visible").count() <= 1
    check(page)
    assert not faults_of(page)
    assert not keyboard_faults(page)


def test_a_chart_says_by_keyboard_what_it_shows(
    open_browser: Callable[..., Page], alice: User, troubled: Tenant
) -> None:
    page = open_browser()
    sign_in(page, alice.user_name)
    page.goto("/console/")

    expect(page.get_by_role("img", name="Sign-ins each day from")).to_be_visible()
    press_tab_until(page, "Show as a table: Sign-ins each day", most=120)
    page.keyboard.press("Enter")

    expect(page.get_by_role("region", name="Figures: Sign-ins each day")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Passed")).to_be_visible()
    check(page)


def test_a_line_leads_to_where_it_is_mended(
    open_browser: Callable[..., Page], alice: User, troubled: Tenant
) -> None:
    page = open_browser(width=360)
    sign_in(page, alice.user_name)
    page.goto("/console/")

    held = re.compile("Look and decide.*1 removal from Application 0 is held")
    page.locator("summary", has_text="more").click()
    expect(page.get_by_role("link", name=held)).to_be_visible()
    check(page)
    page.get_by_role("link", name=held).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Held removals")


@pytest.mark.parametrize("look", LOOKS)
def test_the_platform_fits_and_can_be_reached(
    open_browser: Callable[..., Page],
    olga: User,
    troubled: Tenant,
    look: dict[str, Any],
) -> None:
    page = open_browser(**look)
    sign_in(page, olga.user_name)

    page.goto("/platform/")

    expect(page.get_by_role("heading", name="Failed jobs")).to_be_visible()
    check(page)
    assert not faults_of(page)
    assert not keyboard_faults(page)


@pytest.mark.parametrize("look", LOOKS)
def test_an_operator_makes_a_break_glass_link(
    open_browser: Callable[..., Page],
    olga: User,
    alice: User,
    acme: Tenant,
    look: dict[str, Any],
) -> None:
    page = open_browser(**look)
    sign_in(page, olga.user_name)
    page.goto(f"/platform/accounts/tenant/{acme.pk}/change/")

    page.get_by_role("link", name="Ways in").click()
    expect(page.get_by_label("System admin")).to_be_visible()
    check(page)
    page.get_by_label("System admin").select_option("alice@acme.example")
    page.get_by_role("button", name="Make a break-glass link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Make a break-glass link for alice@acme.example?"
    )
    check(page)
    assert not keyboard_faults(page)
    page.get_by_role("button", name="Make a break-glass link").click()

    expect(page.get_by_text("Hand this link to alice@acme.example")).to_be_visible()
    check(page)
    assert not faults_of(page)


@pytest.mark.parametrize("width", [360, 1440])
def test_the_longest_names_fit(
    open_browser: Callable[..., Page], alice: User, troubled: Tenant, width: int
) -> None:
    page = open_browser(width=width)
    sign_in(page, alice.user_name)
    with tenant_scope(troubled):
        rows = [*Source.objects.all(), *Application.objects.all(), *ActionResult.objects.all()]
        lengthen([*rows, *Product.objects.all(), *Tenant.objects.all()], UNBROKEN)

    page.goto("/console/")

    check(page)
    assert not faults_of(page)
