"""The pages about licences in Chromium: the chart and its table, and a seat taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.groups.groups import GroupFields, create_group
from accounts.models import User
from accounts.tenancy.scoping import tenant_scope
from licenses.group_licenses import set_group_licenses
from licenses.models import Seat, SeatCount, Subscription
from licenses.services import assign_seat
from tests.browser.test_user_list import LOOKS
from tests.conftest import crowd, person
from tests.support.browser import check, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def fill(acme: Tenant, crm: Subscription) -> None:
    """Let three people wait, two be idle, and the subscription end in nine days."""
    long_ago = timezone.now() - timedelta(days=200)
    today = timezone.localdate()
    with tenant_scope(acme):
        for name in ("Ann", "Ben"):
            assign_seat(subscription=crm, user=person(acme, name))
        User.objects.exclude(display_name="Alice").update(last_login=long_ago)
        Seat.objects.update(granted=long_ago)
        waiting = [user.pk for user in crowd(acme, 3)]
        group = create_group(values=GroupFields(display_name="Sales"), member_ids=waiting)
        set_group_licenses(group=group, subscriptions=[crm])
        Subscription.objects.update(ends=today + timedelta(days=9))
        SeatCount.objects.bulk_create(
            SeatCount(
                subscription=crm,
                day=today - timedelta(days=days),
                bought=1 if days > 40 else 2,
                used=1 if days > 25 else 2,
                waiting=3 if days < 10 else 0,
            )
            for days in range(80)
        )


@pytest.mark.parametrize("look", LOOKS)
def test_from_the_chart_to_a_seat_that_is_free_again(
    open_browser: Callable[..., Page],
    acme: Tenant,
    alice: User,
    crm: Subscription,
    look: dict[str, Any],
) -> None:
    fill(acme, crm)
    page = open_browser(**look)
    sign_in(page, alice.user_name)

    page.goto("/console/licences/over-time/")
    expect(page.get_by_role("img", name="Seats of CRM since")).to_be_visible()
    expect(page.get_by_text("ends in 9 days")).to_be_visible()
    check(page)
    page.get_by_text("Show as a table").click()
    expect(page.get_by_role("row")).to_have_count(81)
    check(page)

    page.goto("/console/licences/waiting/")
    expect(page.get_by_role("table")).to_contain_text("Sales")
    check(page)

    page.goto("/console/licences/held/")
    expect(page.get_by_role("table")).to_contain_text("ben@acme.example")
    check(page)

    page.goto("/console/licences/idle/")
    check(page)
    page.get_by_role("link", name="See who").click()
    with tenant_scope(acme):
        ann = Seat.objects.get(user_label="ann@acme.example")
    page.locator(f'input[name="_selected_action"][value="{ann.pk}"]').check()
    page.locator('button[name="action"][value="release_idle"]').click()
    page.get_by_label("Days without signing in").fill("90")
    check(page)
    page.get_by_role("button", name="Show what follows").click()
    expect(page.get_by_text("CRM: 1 seat is free at once")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Take back if idle (1)").click()
    page.wait_for_url("**/console/results/**")

    with tenant_scope(acme):
        assert Seat.objects.get(pk=ann.pk).released is not None
