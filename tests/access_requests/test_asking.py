"""Asking for something from one's account page."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from access_requests.asking import MOST_A_DAY
from access_requests.models import LONGEST_TEXT, AccessRequest
from accounts.models import AuditEntry, Role
from accounts.services.profiles import add_profile_members, delete_profile
from accounts.services.users import deactivate_user
from accounts.tenancy.scoping import tenant_scope
from licenses.services import assign_seat
from tests.conftest import person, signed_in
from tests.support.asking import ASK, ask, key_of, only_request

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import AccessProfile, Tenant, User
    from licenses.models import Subscription


@pytest.mark.parametrize("role", Role)
def test_everybody_of_a_company_may_ask_and_sees_their_request(
    acme: Tenant, crm: Subscription, role: Role
) -> None:
    browser = signed_in(person(acme, "Dora", role))

    answer = ask(browser, crm, reason="For the tender.")

    assert "You have asked for CRM." in answer.content.decode()
    page = browser.get("/account/").content.decode()
    assert "What you have asked for" in page
    assert "Waiting" in page
    asked = only_request(acme)
    assert (asked.thing, asked.reason, asked.state) == ("CRM", "For the tender.", "open")
    with tenant_scope(acme):
        entry = AuditEntry.objects.get(action="access_request.asked")
    assert entry.target_id == str(asked.user_id)
    assert entry.actor == "dora@acme.example"


def test_an_operator_has_no_company_to_ask(platform: Client) -> None:
    assert platform.get(ASK).status_code == HTTPStatus.FORBIDDEN
    assert platform.post(ASK, {}).status_code == HTTPStatus.FORBIDDEN


def test_what_one_has_or_has_asked_for_is_not_offered(
    acme: Tenant, member: Client, bob: User, crm: Subscription, customs: AccessProfile
) -> None:
    with tenant_scope(acme):
        assign_seat(subscription=crm, user=bob)

    page = member.get(ASK).content.decode()
    assert key_of(customs) in page
    assert key_of(crm) not in page
    ask(member, customs)

    page = member.get(ASK).content.decode()
    assert "There is nothing to ask for" in page
    for thing in (crm, customs):
        assert "not offered any more" in ask(member, thing).content.decode()
    with tenant_scope(acme):
        assert AccessRequest.objects.count() == 1


def test_the_default_profile_and_what_does_not_run_today_are_not_offered(
    acme: Tenant, member: Client, crm: Subscription
) -> None:
    with tenant_scope(acme):
        type(crm).objects.update(starts=timezone.localdate() + timedelta(days=1))

    assert "There is nothing to ask for" in member.get(ASK).content.decode()
    assert "not offered any more" in ask(member, crm).content.decode()


@pytest.mark.parametrize(
    ("entered", "says"),
    [
        ({"reason": ""}, "This field is required"),
        ({"reason": "   "}, "This field is required"),
        ({"reason": "x" * (LONGEST_TEXT + 1)}, f"at most {LONGEST_TEXT} characters"),
        ({"reason": "a\x00b"}, "Null characters"),
        ({"thing": ""}, "This field is required"),
        ({"thing": "licence:x"}, "not offered any more"),
        ({"thing": "profile:99999999999999999999"}, "not offered any more"),
        ({"until": "never"}, "Enter a valid date"),
        ({"until": "2020-01-01"}, "This day is over"),
        ({"until": "9999-12-31"}, "Choose a day up to"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(
    acme: Tenant, member: Client, crm: Subscription, entered: dict[str, Any], says: str
) -> None:
    answer = ask(member, crm, **entered)

    if "\x00" in entered.get("reason", ""):
        assert answer.status_code == HTTPStatus.BAD_REQUEST
    else:
        assert says in answer.content.decode()
    with tenant_scope(acme):
        assert not AccessRequest.objects.exists()


def test_another_companys_things_cannot_be_asked_for(
    acme: Tenant, globex: Tenant, grace: User, crm: Subscription, customs: AccessProfile
) -> None:
    browser = signed_in(grace)

    for thing in (crm, customs):
        assert "not offered any more" in ask(browser, thing).content.decode()

    with tenant_scope(globex):
        assert not AccessRequest.objects.exists()


def test_a_request_pressed_twice_is_one(acme: Tenant, member: Client, crm: Subscription) -> None:
    ask(member, crm)
    ask(member, crm)

    assert only_request(acme).is_open
    assert len(mail.outbox) == 0  # There is nobody who may decide.


def test_the_database_holds_one_open_request_for_each_thing(
    in_acme: Tenant, bob: User, crm: Subscription
) -> None:
    values = {"user": bob, "subscription": crm, "thing": "CRM", "reason": "x"}
    AccessRequest.objects.create(**values, state="withdrawn")
    AccessRequest.objects.create(**values)

    with pytest.raises(IntegrityError, match="one_open_request"), transaction.atomic():
        AccessRequest.objects.create(**values)


def test_who_asks_without_end_is_asked_to_come_back_tomorrow(
    acme: Tenant, member: Client, bob: User, crm: Subscription
) -> None:
    with tenant_scope(acme):
        for _ in range(MOST_A_DAY):
            AccessRequest.objects.create(user=bob, thing="X", reason="x", state="withdrawn")

    assert "Ask again tomorrow" in ask(member, crm).content.decode()

    with tenant_scope(acme):
        AccessRequest.objects.update(asked=timezone.now() - timedelta(days=2))
    assert "You have asked for CRM." in ask(member, crm).content.decode()


def test_a_request_can_be_taken_back_once_and_by_its_person_only(
    acme: Tenant, member: Client, crm: Subscription
) -> None:
    ask(member, crm)
    asked = only_request(acme)
    page = f"/account/requests/{asked.pk}/withdraw/"
    other = signed_in(person(acme, "Mallory"))

    assert other.post(page).status_code == HTTPStatus.NOT_FOUND
    assert member.get(page).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert only_request(acme).is_open
    assert "You do not ask for CRM any more" in member.post(page, follow=True).content.decode()
    assert "over already" in member.post(page, follow=True).content.decode()

    assert only_request(acme).state == "withdrawn"
    with tenant_scope(acme):
        assert AuditEntry.objects.filter(action="access_request.withdrawn").count() == 1
    assert "You have asked for CRM." in ask(member, crm).content.decode()


def test_another_companys_request_is_not_there(
    acme: Tenant, member: Client, crm: Subscription, other_console: Client
) -> None:
    ask(member, crm)

    page = f"/account/requests/{only_request(acme).pk}/withdraw/"
    assert other_console.post(page).status_code == HTTPStatus.NOT_FOUND
    assert only_request(acme).is_open


def test_who_is_deactivated_asks_for_nothing(
    acme: Tenant, member: Client, bob: User, crm: Subscription
) -> None:
    with tenant_scope(acme):
        deactivate_user(user=bob)

    answer = member.post(ASK, {"thing": key_of(crm), "reason": "x"})

    assert answer.status_code == HTTPStatus.FOUND
    assert answer.headers["Location"].startswith("/sign-in/")
    with tenant_scope(acme):
        assert not AccessRequest.objects.exists()


def test_a_profile_that_is_deleted_meanwhile_is_not_asked_for(
    acme: Tenant, member: Client, customs: AccessProfile
) -> None:
    with tenant_scope(acme):
        delete_profile(profile=type(customs).objects.get(pk=customs.pk))

    assert "not offered any more" in ask(member, customs).content.decode()


def test_a_deleted_thing_leaves_the_request_with_its_name(
    acme: Tenant, member: Client, customs: AccessProfile
) -> None:
    ask(member, customs)

    with tenant_scope(acme):
        delete_profile(profile=type(customs).objects.get(pk=customs.pk))

    asked = only_request(acme)
    assert (asked.thing, asked.has_thing) == ("Customs data", False)
    assert "Customs data" in member.get("/account/").content.decode()


def test_who_is_in_a_profile_by_now_does_not_ask_for_it(
    acme: Tenant, member: Client, bob: User, customs: AccessProfile
) -> None:
    with tenant_scope(acme):
        add_profile_members(profile=customs, user_ids=[bob.pk])

    assert "not offered any more" in ask(member, customs).content.decode()
