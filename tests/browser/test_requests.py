"""A request from asking to its end, by the roles that do it, in Chromium."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from access_requests.ending import end_grants, warn_of_ends
from access_requests.models import AccessRequest
from accounts.models import Role
from accounts.services.profiles import create_profile
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Seat
from tests.browser.test_user_list import LOOKS
from tests.conftest import person
from tests.support.browser import check, sign_in
from tests.support.keyboard import keyboard_faults
from tests.support.page_layout import faults_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant, User
    from licenses.models import Subscription

pytestmark = pytest.mark.django_db(transaction=True)


def look_at(page: Page) -> None:
    """Assert that everything fits, is named and can be reached."""
    check(page)
    assert not faults_of(page)
    assert not keyboard_faults(page)


def link_in(letter: Any) -> str:
    """Return the address that a mail opens."""
    return next(word for word in str(letter.body).split() if "/accessrequest/" in word)


def ask_for_crm(member: Page, until: str) -> None:
    """Ask for a licence from the page of one's account, first without saying why."""
    member.goto("/account/")
    look_at(member)
    member.get_by_role("link", name="Ask for a licence or access").click()
    look_at(member)
    member.get_by_role("button", name="Ask for it").click()
    expect(member.get_by_text("This field is required.").first).to_be_visible()
    check(member)
    member.get_by_label("What you need").select_option(label="CRM")
    member.get_by_label("Why").fill("For the spring tender.")
    member.get_by_label("Until").fill(until)
    member.get_by_role("button", name="Ask for it").click()
    expect(member.get_by_text("You have asked for CRM.")).to_be_visible()
    expect(member.get_by_text("Waiting")).to_be_visible()
    look_at(member)


def grant_it(decider: Page, until: str) -> None:
    """Find the request by the dashboard and by the mail, and grant it, not refuse it."""
    decider.goto("/console/")
    expect(decider.get_by_role("heading", name="1 request waits for you")).to_be_visible()
    check(decider)
    decider.get_by_role("link", name="Decide").click()
    expect(decider.get_by_role("heading", level=1)).to_have_text("Requests")
    look_at(decider)
    decider.goto(link_in(mail.outbox[0]))
    expect(decider.get_by_text("For the spring tender.")).to_be_visible()
    expect(decider.get_by_label("Until")).to_have_value(until)
    look_at(decider)
    decider.get_by_role("button", name="Refuse").click()
    expect(decider.get_by_text("Say why: the person who asked reads it.")).to_be_visible()
    check(decider)
    decider.get_by_role("button", name="Grant").click()
    expect(decider.get_by_text("Bob has CRM, and gets a mail.")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_a_licence_is_asked_for_granted_until_a_day_and_taken_back(
    open_browser: Callable[..., Page],
    acme: Tenant,
    bob: User,
    crm: Subscription,
    look: dict[str, Any],
) -> None:
    person(acme, "Carol", Role.CHANGE_REQUEST_MANAGER)
    until = timezone.localdate() + timedelta(days=30)

    member, decider = open_browser(**look), open_browser(**look)
    sign_in(member, bob.user_name)
    ask_for_crm(member, until.isoformat())
    sign_in(decider, "carol@acme.example")
    grant_it(decider, until.isoformat())

    member.reload()
    expect(member.get_by_text("yours until")).to_be_visible()
    look_at(member)
    with tenant_scope(acme):
        assert Seat.objects.filter(user=bob, released=None).exists()
        asked = AccessRequest.objects.get()
        AccessRequest.objects.update(until=timezone.localdate() + timedelta(days=3))
        assert warn_of_ends() == {"warned": 1}
        decider.goto(f"/console/access_requests/accessrequest/{asked.pk}/change/")
        look_at(decider)
        AccessRequest.objects.update(until=timezone.localdate() - timedelta(days=1))
        assert end_grants() == {"ended": 1}

    member.reload()
    expect(member.get_by_text("Was taken back")).to_be_visible()
    decider.reload()
    expect(decider.get_by_text("Was taken back")).to_be_visible()
    look_at(decider)
    with tenant_scope(acme):
        assert not Seat.objects.filter(user=bob, released=None).exists()
    told = [each.subject for each in mail.outbox if each.to == [bob.email]]
    assert told[0] == "You have CRM"
    assert told[1].startswith("CRM ends on")
    assert told[2] == "CRM was taken back"


def test_a_request_is_taken_back_by_its_person(
    open_browser: Callable[..., Page], acme: Tenant, bob: User
) -> None:
    with tenant_scope(acme):
        create_profile(name="ليلى بنت عبد الرحمن " + "w" * 170)
    page = open_browser(width=360)
    sign_in(page, bob.user_name)
    page.goto("/account/requests/new/")
    page.get_by_label("What you need").select_option(index=1)
    page.get_by_label("Why").fill("w" * 1000)
    check(page)
    page.get_by_role("button", name="Ask for it").click()
    look_at(page)

    page.get_by_role("button", name="Take back").click()

    expect(page.get_by_text("Not wanted any more")).to_be_visible()
    look_at(page)


def test_the_inbox_shows_the_longest_values_on_a_phone(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, bob: User, crm: Subscription
) -> None:
    with tenant_scope(acme):
        for number in range(3):
            AccessRequest.objects.create(
                user=bob, thing="w" * 200, reason="w" * 1000, answer="w" * 1000, state="granted"
            )
            user = person(acme, f"N{number}")
            AccessRequest.objects.create(
                user=user, subscription=crm, thing="CRM " + "ل" * 190, reason="w" * 1000
            )
        asked = AccessRequest.objects.filter(state="open").first()
    assert asked is not None
    page = open_browser(width=360, scheme="dark")
    sign_in(page, alice.user_name)

    for address in ("", "?state__exact=open", f"{asked.pk}/change/"):
        page.goto(f"/console/access_requests/accessrequest/{address}")
        look_at(page)
