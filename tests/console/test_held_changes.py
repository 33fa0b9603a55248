"""*Held changes* in the console: what is shown, who decides, and once."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from accounts.models import HeldChange, HeldPerson, Job, Role, User
from accounts.tenancy.scoping import tenant_scope
from scim.held import doing
from tests.conftest import person, signed_in
from tests.scim.test_held_changes import LIMIT, OFF, one_by_one, seats, staff, used
from tests.support.html_forms import lxml_html, what_is_sent
from tests.support.scim import connect

if TYPE_CHECKING:
    from uuid import UUID

    from django.test import Client

    from accounts.models import Tenant
    from licenses.models import Subscription
    from tests.support.scim import SCIMClient

__all__ = ["seats"]
LIST = "/console/provisioning/held/"
BUTTONS = ("carry-out", "take-back", "go-on")


@pytest.fixture
def scim(acme: Tenant) -> SCIMClient:
    return connect(acme, name="Okta", loss_number=LIMIT)


@pytest.fixture
def people(acme: Tenant, scim: SCIMClient, seats: Subscription) -> list[Any]:
    """Six people, of whom five were deactivated."""
    made = staff(acme, scim, seats, 6)
    one_by_one(scim, made[:5])
    return made


@pytest.fixture
def page(acme: Tenant, people: list[Any]) -> str:
    with tenant_scope(acme):
        return reverse("console:held-change", args=[HeldChange.objects.get().pk])


def leading_there(browser: Client, who: Any) -> list[str]:
    """Return the links of a person's page that lead to held changes."""
    document = lxml_html.fromstring(
        browser.get(f"/console/accounts/user/{who['id']}/change/").content.decode()
    )
    urls: list[str] = document.xpath("//main//a/@href")
    return [url for url in urls if url.startswith(LIST)]


def press(browser: Client, page: str, button: str, shown: str | None = None) -> Any:
    text = shown if shown is not None else browser.get(page).content.decode()
    sent = what_is_sent(text, "version")
    return browser.post(f"{page}{button}/", sent, follow=True)


def test_the_list_and_the_page_show_who_waits(console: Client, page: str) -> None:
    assert "Okta" in console.get(LIST).content.decode()

    text = console.get(page).content.decode()

    assert "5 people wait for you" in text
    assert "p0@acme.example" in text
    assert "p5@acme.example" not in text


def test_the_dashboard_names_it_first(console: Client, page: str) -> None:
    text = console.get("/console/").content.decode()

    assert "A change of Okta is held: 5 people" in text
    assert page in text


def test_the_page_of_who_is_held_leads_to_it(
    acme: Tenant, console: Client, people: list[Any], page: str
) -> None:
    with tenant_scope(acme):
        held = HeldPerson.objects.filter(outcome="").values_list("user_id", flat=True)[0]

    text = console.get(f"/console/accounts/user/{held}/change/").content.decode()

    assert "a change of this source is held" in text
    assert page in text


@pytest.mark.parametrize(("button", "left"), [("carry-out", 1), ("take-back", 3)])
def test_a_button_does_what_it_says(
    console: Client, acme: Tenant, page: str, button: str, left: int
) -> None:
    told = press(console, page, button).content.decode()

    assert "Held" not in told.partition("<tbody>")[2].replace("Held changes", "")
    assert used(acme) == left
    with tenant_scope(acme):
        change = HeldChange.objects.get()
        assert change.decided_by == "alice@acme.example"
        assert not HeldPerson.objects.filter(outcome="")


def test_whoever_joined_meanwhile_is_looked_at_first(
    console: Client, acme: Tenant, scim: SCIMClient, people: list[Any], page: str
) -> None:
    shown = console.get(page).content.decode()
    scim.patch(f"/Users/{people[5]['id']}", OFF)

    press(console, page, "carry-out", shown)

    assert used(acme) == 3
    with tenant_scope(acme):
        assert HeldChange.objects.get().is_open


def test_the_second_of_two_admins_is_told_who_decided(
    console: Client, acme: Tenant, page: str
) -> None:
    other = signed_in(person(acme, "Ada", Role.ADMIN))
    shown = other.get(page).content.decode()
    press(console, page, "carry-out")

    told = press(other, page, "take-back", shown).content.decode()

    assert "alice@acme.example has decided about it already" in told
    with tenant_scope(acme):
        assert HeldChange.objects.get().state == HeldChange.State.CARRIED_OUT


@pytest.mark.parametrize("button", ["carry-out", "take-back"])
def test_what_was_given_up_is_tried_again(
    console: Client, acme: Tenant, page: str, monkeypatch: pytest.MonkeyPatch, button: str
) -> None:
    real, done = doing.do_to_person, list[int]()

    def dies_at_the_third(*, key: int, taken_back_by: UUID | None) -> None:
        if len(done) == 2:
            raise RuntimeError("killed")
        done.append(key)
        real(key=key, taken_back_by=taken_back_by)

    monkeypatch.setattr(doing, "do_to_person", dies_at_the_third)
    press(console, page, button)
    with tenant_scope(acme):
        assert HeldPerson.objects.filter(outcome="").count() == 3
        Job.objects.filter(kind="scim.do_held_change").update(state=Job.State.FAILED)
    monkeypatch.setattr(doing, "do_to_person", real)
    assert "was given up" in console.get(page).content.decode()

    console.post(f"{page}go-on/")
    again = console.post(f"{page}go-on/", follow=True).content.decode()

    assert "Nothing of it has failed." in again
    assert "was given up" not in again
    with tenant_scope(acme):
        assert not HeldPerson.objects.filter(outcome="").exists()
        assert not HeldChange.objects.get().is_under_way


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_but_an_admin_sees_or_decides(acme: Tenant, page: str, role: Role) -> None:
    browser = signed_in(person(acme, "Eve", role))

    for url in (LIST, page):
        assert browser.get(url).status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.FOUND}
    for button in BUTTONS:
        answer = browser.post(f"{page}{button}/")
        assert answer.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.FOUND}
    assert used(acme) == 3


def test_another_company_s_change_is_not_there(page: str, grace: User) -> None:
    browser = signed_in(grace)

    assert browser.get(page).status_code == HTTPStatus.NOT_FOUND
    for button in BUTTONS:
        assert browser.post(f"{page}{button}/").status_code == HTTPStatus.NOT_FOUND


def test_the_limit_is_set_on_the_page_of_the_source(
    console: Client, acme: Tenant, scim: SCIMClient
) -> None:
    from scim.models import Source  # noqa: PLC0415

    with tenant_scope(acme):
        source = Source.objects.get(name="Okta")
    url = reverse("console:scim_source_change", args=[source.pk])
    text = console.get(url).content.decode()
    assert 'name="loss_number"' in text

    sent = what_is_sent(text, "loss_percent")
    for wrong in ("0", "101", "x"):
        console.post(url, {**sent, "loss_percent": wrong})
        with tenant_scope(acme):
            source.refresh_from_db()
        assert source.loss_percent is None
    console.post(url, {**sent, "loss_number": "", "loss_percent": "20"})

    with tenant_scope(acme):
        source.refresh_from_db()
    assert (source.loss_number, source.loss_percent) == (None, 20)


def test_the_page_of_who_is_held_leads_to_the_decision_until_it_is_taken(
    console: Client, page: str, people: list[Any]
) -> None:
    assert leading_there(console, people[4]) == [page]
    assert leading_there(console, people[5]) == []

    press(console, page, "take-back")

    assert leading_there(console, people[4]) == []


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CONNECTOR_ADMIN, Role.ACCESS_REVIEW_MANAGER])
def test_who_may_not_decide_is_not_led_to_the_decision(
    acme: Tenant, people: list[Any], role: Role
) -> None:
    assert leading_there(signed_in(person(acme, "Olive", role)), people[4]) == []
