"""An access review from start to undone in Chromium, walked by the roles that do it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from access_reviews.models import AccessReview, ReviewLine
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Seat
from tests.access_reviews.conftest import Company, company  # noqa: F401 - a fixture
from tests.browser.test_user_list import LOOKS
from tests.support.browser import check, sign_in
from tests.support.keyboard import keyboard_faults
from tests.support.longest_values import RIGHT_TO_LEFT, UNBROKEN, lengthen
from tests.support.page_layout import faults_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)


def look_at(page: Page) -> None:
    """Check a page as every page is checked."""
    check(page)
    assert not faults_of(page)
    assert not keyboard_faults(page)


@pytest.mark.parametrize("look", LOOKS)
def test_from_start_to_undone(
    open_browser: Callable[..., Page],
    company: Company,  # noqa: F811
    look: dict[str, Any],
) -> None:
    runs = open_browser(**look)
    sign_in(runs, company.rita.user_name)
    runs.goto("/console/reviews/")
    look_at(runs)
    runs.get_by_role("link", name="Start a review").click()
    look_at(runs)
    runs.get_by_label("Name", exact=True).fill("Autumn")
    runs.get_by_label("CRM").check()
    runs.get_by_label("Directory groups").fill("Sales")
    runs.get_by_label("Reviewers").fill("ron@acme.example")
    runs.get_by_label("Last day").fill((timezone.localdate() + timedelta(days=9)).isoformat())
    runs.get_by_role("button", name="See what it would be").click()
    expect(runs.get_by_role("heading", name="2 lines would be reviewed")).to_be_visible()
    look_at(runs)
    runs.get_by_role("button", name="Start the review").click()
    expect(runs.get_by_role("heading", name="Autumn")).to_be_visible()
    look_at(runs)

    reviews = open_browser(**look)
    sign_in(reviews, company.ron.user_name)
    reviews.goto("/account/")
    look_at(reviews)
    reviews.get_by_role("link", name="Autumn").click()
    expect(reviews.get_by_text("2 of 2 decisions are left to you,")).to_be_visible()
    look_at(reviews)
    seat = reviews.get_by_role("row").filter(has_text="CRM")
    seat.get_by_label("Revoke").check()
    seat.get_by_role("textbox").fill("Left sales")
    reviews.get_by_role("row").filter(has_text="Sales").get_by_label("Keep").check()
    reviews.get_by_role("button", name="Save and show the next").click()
    expect(reviews.get_by_text("You have decided all your lines.")).to_be_visible()
    reviews.get_by_role("link", name="Decided 2").click()
    look_at(reviews)

    runs.reload()
    expect(runs.get_by_text("2 of 2 decided")).to_be_visible()
    runs.get_by_role("button", name="End it now").click()
    runs.get_by_role("dialog").get_by_role("button", name="End it and carry it out").click()
    expect(runs.get_by_text("The review has ended.")).to_be_visible()
    expect(runs.get_by_role("row").filter(has_text="CRM")).to_contain_text("Revoked")
    look_at(runs)
    with tenant_scope(company.tenant):
        assert not Seat.objects.filter(released=None).exists()

    reviews.reload()
    expect(reviews.get_by_text("This review has ended.")).to_be_visible()
    look_at(reviews)

    runs.get_by_role("button", name="Undo").click()
    runs.get_by_role("dialog").get_by_role("button", name="Give it back").click()
    expect(runs.get_by_role("row").filter(has_text="CRM")).to_contain_text("Given back")
    with tenant_scope(company.tenant):
        assert Seat.objects.filter(released=None).exists()
        assert AccessReview.objects.get().state == AccessReview.State.UNDONE


def test_what_is_decided_on_the_page_is_counted(
    open_browser: Callable[..., Page],
    company: Company,  # noqa: F811
) -> None:
    with tenant_scope(company.tenant):
        review = company.start(reviewers=[company.ron])
    page = open_browser()
    sign_in(page, company.ron.user_name)
    page.goto(f"/account/reviews/{review.pk}/")
    count = page.locator("[data-decided]")
    expect(count).to_have_text("")
    licence = page.get_by_role("row").filter(has_text="CRM")
    licence.get_by_label("Revoke").check()
    expect(count).to_have_text("1 decided on this page")
    page.get_by_role("row").filter(has_text="West").get_by_label("Keep").check()
    expect(count).to_have_text("2 decided on this page")
    page.get_by_role("button", name="Save and show the next").click()
    expect(page.get_by_text("2 decisions are saved.")).to_be_visible()

    page.get_by_role("link", name="Decided 2").click()
    licence.get_by_label("Keep").check()
    expect(count).to_have_text("1 decided on this page")
    licence.get_by_label("Revoke").check()
    expect(count).to_have_text("")
    look_at(page)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("text", [UNBROKEN, RIGHT_TO_LEFT], ids=["unbroken", "right-to-left"])
def test_the_longest_values_fit(
    open_browser: Callable[..., Page],
    company: Company,  # noqa: F811
    look: dict[str, Any],
    text: str,
) -> None:
    with tenant_scope(company.tenant):
        review = company.start(reviewers=[company.ron])
        ReviewLine.objects.filter(thing__kind="licence").update(
            decision=ReviewLine.Decision.REVOKE, decided=timezone.now(), note=text[:500]
        )
        lengthen([review, *review.things.all(), *review.lines.all()], text)
    seen = {
        company.rita: ("", f"{review.pk}/"),
        company.ron: ("/account/", f"/account/reviews/{review.pk}/"),
    }
    for who, pages in seen.items():
        page = open_browser(**look)
        sign_in(page, who.user_name)
        for each in pages:
            page.goto(each if each.startswith("/") else f"/console/reviews/{each}")
            check(page)
            assert not faults_of(page)
