"""Whoever waits for a seat through a directory group gets the next one that is free."""

from __future__ import annotations

import datetime
import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.models import AuditEntry
from accounts.services.users import deactivate_user, delete_user
from licenses.group_licenses import set_group_licenses
from licenses.models import Product, Seat, Subscription
from licenses.services import assign_seat, change_seats, release_seat
from licenses.subscriptions import change_subscription
from tests.conftest import person
from tests.support.members import remove_group_members

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup, Tenant, User

TODAY = datetime.date(2026, 1, 1)


def holders() -> set[str]:
    """Return the names of everybody who holds a seat."""
    return set(Seat.objects.filter(released=None).values_list("user_label", flat=True))


@pytest.fixture
def crm(in_acme: Tenant) -> Subscription:
    """One seat of "CRM", in the tenant whose rows everything here is about."""
    product = Product.objects.create(key="crm", name="CRM")
    return Subscription.objects.create(product=product, seats=1, starts=TODAY)


@pytest.fixture
def people(in_acme: Tenant) -> list[User]:
    return [person(in_acme, name) for name in ("Ann", "Ben", "Cem")]


@pytest.fixture
def team(crm: Subscription, people: list[User]) -> DirectoryGroup:
    """Everybody should hold the one seat; Ann, who has been here for longest, does."""
    members = [user.pk for user in reversed(people)]
    group = create_group(values=GroupFields(display_name="Team"), member_ids=members)
    set_group_licenses(group=group, subscriptions=[crm])
    assert holders() == {"ann@acme.example"}
    return group


def test_the_seat_of_a_leaver_goes_to_the_oldest_who_waits(
    team: DirectoryGroup, people: list[User]
) -> None:
    deactivate_user(user=people[0])
    assert holders() == {"ben@acme.example"}
    granted = AuditEntry.objects.filter(action="license.granted", target_id=str(people[1].pk))
    assert granted.get().details["reason"] == "Member of a directory group."

    delete_user(user=people[1])
    assert holders() == {"cem@acme.example"}


def test_whoever_leaves_the_group_makes_room(team: DirectoryGroup, people: list[User]) -> None:
    remove_group_members(group=team, member_ids=[people[0].pk])

    assert holders() == {"ben@acme.example"}


def test_a_seat_that_is_released_by_hand_goes_to_somebody_else(
    team: DirectoryGroup, crm: Subscription, people: list[User]
) -> None:
    release_seat(subscription=crm, user=people[0])
    assert holders() == {"ben@acme.example"}

    change_seats(user=people[1], release=[crm])
    assert holders() == {"ann@acme.example"}


def test_a_seat_held_by_hand_makes_room_too(crm: Subscription, people: list[User]) -> None:
    ann, ben, _ = people
    assign_seat(subscription=crm, user=ann)
    group = create_group(values=GroupFields(display_name="Team"), member_ids=[ben.pk])
    set_group_licenses(group=group, subscriptions=[crm])

    deactivate_user(user=ann)

    assert holders() == {"ben@acme.example"}


def test_more_seats_are_given_out_at_once(team: DirectoryGroup, crm: Subscription) -> None:
    change_subscription(subscription=crm, seats=2, starts=TODAY, ends=None)
    assert holders() == {"ann@acme.example", "ben@acme.example"}

    change_subscription(subscription=crm, seats=9, starts=TODAY, ends=None)
    assert len(holders()) == 3


def test_nobody_gets_a_seat_of_a_subscription_that_is_not_running(
    team: DirectoryGroup, crm: Subscription, people: list[User]
) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    change_subscription(subscription=crm, seats=9, starts=TODAY, ends=yesterday)
    deactivate_user(user=people[0])

    assert holders() == set()


def test_a_subscription_that_starts_is_given_out_by_the_daily_command(
    crm: Subscription, people: list[User]
) -> None:
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    change_subscription(subscription=crm, seats=2, starts=tomorrow, ends=None)
    group = create_group(values=GroupFields(display_name="Team"), member_ids=[u.pk for u in people])
    set_group_licenses(group=group, subscriptions=[crm])
    assert holders() == set()
    Subscription.objects.update(starts=timezone.localdate())

    printed = StringIO()
    call_command("start_subscriptions", "--json", stdout=printed)

    assert json.loads(printed.getvalue()) == {"seats_given": 2}
    assert holders() == {"ann@acme.example", "ben@acme.example"}
