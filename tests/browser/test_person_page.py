"""The page of one person in Chromium: of somebody who has everything, in each look."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import HeldChange, HeldPerson, User
from accounts.services.users import deactivate_user
from accounts.tenancy.scoping import tenant_scope
from provisioning.models import Link
from scim.models import Source
from scim.protocol.urns import ENTERPRISE_USER
from scim.services import SourceOptions, create_source
from tests.conftest import is_signed_in, person, signed_in
from tests.support.browser import check, press_tab_until, sign_in
from tests.support.busy_person import keep_busy
from tests.support.keyboard import keyboard_faults
from tests.support.longest_values import RIGHT_TO_LEFT, UNBROKEN, lengthen
from tests.support.page_layout import faults_of
from tests.support.scim import enable_scim

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [
    pytest.param({"width": width, "scheme": scheme}, id=f"{width}px-{scheme}")
    for width, scheme in ((360, "light"), (768, "dark"), (1440, "light"), (1440, "dark"))
]


@pytest.fixture
def busy(acme: Tenant, bob: User) -> User:
    """Bob with three of everything, whom Okta manages and says everything of."""
    enable_scim(acme)
    boss = person(acme, "Leilani")
    with tenant_scope(acme):
        okta = create_source(options=SourceOptions(name="Okta"))
        enterprise: dict[str, Any] = {"department": "Logistics EMEA", "costCenter": "4410"}
        enterprise |= {"employeeNumber": "E-17", "manager": {"value": str(boss.pk)}}
        numbers = [{"value": "+49 40 555 0142", "type": "work"}]
        User.objects.filter(pk=bob.pk).update(
            source_ids=[okta.pk],
            external_id="8f2b5d1e-0a4c-4c55-9a0e-2f1d77c3a901",
            family_name="Baker",
            attributes={
                "title": "Route planner",
                "phoneNumbers": numbers,
                ENTERPRISE_USER: enterprise,
            },
        )
        keep_busy(bob, Source.objects.get(pk=okta.pk), 3)
        bob.refresh_from_db()
    return bob


@pytest.fixture
def leaver(acme: Tenant, busy: User) -> User:
    """The same, deactivated: removed at one application, to be deleted there, the rest held."""
    with tenant_scope(acme):
        deactivate_user(user=busy)
        left: Any = Link.objects.order_by("pk").first()
        left.is_active, left.delete_due = False, timezone.now() + timedelta(days=30)
        left.save()
        change = HeldChange.objects.create(source_id=1, source_name="Okta")
        HeldPerson.objects.create(change=change, user_id=busy.pk, name="Bob", kind="deactivated")
    return busy


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("who", ["busy", "leaver"])
def test_everything_fits_and_can_be_reached(
    request: pytest.FixtureRequest,
    open_browser: Callable[..., Page],
    alice: User,
    look: dict[str, Any],
    who: str,
) -> None:
    user = request.getfixturevalue(who)
    page = open_browser(**look)
    sign_in(page, alice.user_name)

    page.goto(f"/console/accounts/user/{user.pk}/change/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Bob")
    check(page)
    assert not faults_of(page)
    assert not keyboard_faults(page)
    is_out = page.get_by_role("heading", name="Are they out?")
    assert is_out.count() == (who == "leaver")
    assert page.get_by_role("link", name="Look and decide").count() == (who == "leaver")


@pytest.fixture
def long(acme: Tenant, busy: User) -> Callable[[str], User]:
    """Makes what is said of Bob, his manager and his source as long as it can be."""

    def lengthened(text: str) -> User:
        with tenant_scope(acme):
            manager = User.objects.get(given_name="Leilani")
            assert lengthen([busy, manager, *Source.objects.all()], text)
            said = User.objects.get(pk=busy.pk).attributes
            said[ENTERPRISE_USER]["manager"] = {"value": str(manager.pk)}
            User.objects.filter(pk=busy.pk).update(attributes=said)
        return busy

    return lengthened


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("text", [UNBROKEN, RIGHT_TO_LEFT], ids=["unbroken", "right-to-left"])
def test_the_longest_values_of_a_profile_hide_nothing(
    open_browser: Callable[..., Page],
    alice: User,
    long: Callable[[str], User],
    width: int,
    text: str,
) -> None:
    user = long(text)
    page = open_browser(width=width)
    sign_in(page, alice.user_name)

    page.goto(f"/console/accounts/user/{user.pk}/change/")

    expect(page.locator("#person-profile dd")).to_have_count(11)
    check(page)
    assert not faults_of(page)


def test_sign_out_everywhere_is_pressed_by_keyboard_and_asks_first(
    open_browser: Callable[..., Page], alice: User, bob: User
) -> None:
    elsewhere = signed_in(bob)
    page = open_browser()
    sign_in(page, alice.user_name)
    page.goto(f"/console/accounts/user/{bob.pk}/change/")
    expect(page.get_by_text("1 session", exact=True)).to_be_visible()

    press_tab_until(page, "Sign out everywhere")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Sign bob@acme.example out everywhere?")
    check(page)
    dialog.get_by_role("button", name="Sign out everywhere").click()

    expect(page.get_by_text("1 session of Bob has ended.")).to_be_visible()
    expect(page.get_by_text("0 sessions", exact=True)).to_be_visible()
    assert not is_signed_in(elsewhere)


def test_a_link_leads_from_the_head_to_the_form(
    open_browser: Callable[..., Page], alice: User, bob: User
) -> None:
    page = open_browser(width=360)
    sign_in(page, alice.user_name)
    page.goto(f"/console/accounts/user/{bob.pk}/change/")

    page.get_by_role("link", name="Edit user settings").click()

    expect(page.get_by_role("heading", name="Edit user settings")).to_be_in_viewport()
