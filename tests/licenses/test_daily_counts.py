"""Seats are counted once a day; what a count crosses is mailed once to system admins."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.models import AuditEntry, Role
from licenses.daily_counts import count_seats, count_seats_of
from licenses.group_licenses import set_group_licenses
from licenses.models import Product, SeatCount, Subscription
from licenses.services import assign_seat, release_seat
from tests.conftest import person

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoAssertNumQueries

    from accounts.models import Tenant, User

BEGINNING = datetime.date(2026, 1, 1)


@pytest.fixture
def crm(in_acme: Tenant) -> Subscription:
    product = Product.objects.create(key="crm", name="CRM")
    return Subscription.objects.create(product=product, seats=20, starts=BEGINNING)


@pytest.fixture
def people(in_acme: Tenant) -> list[User]:
    return [person(in_acme, f"P{number:02}") for number in range(22)]


@pytest.fixture
def next_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let a day pass for whoever counts."""
    days = [0]
    today = timezone.localdate()

    def pass_by() -> None:
        days[0] += 1
        day = today + datetime.timedelta(days=days[0])
        monkeypatch.setattr(timezone, "localdate", lambda *_args, **_kwargs: day)

    return pass_by


def subjects() -> list[str]:
    """Return what was mailed since this was asked last."""
    found = [str(each.subject) for each in mail.outbox]
    mail.outbox.clear()
    return sorted(found)


def hold(crm: Subscription, people: list[User], number: int) -> None:
    """Let so many of the people hold a seat."""
    for each, user in enumerate(people):
        if each < number:
            assign_seat(subscription=crm, user=user)
        else:
            release_seat(subscription=crm, user=user)


def test_a_count_says_what_is_bought_used_and_waited_for(
    in_acme: Tenant, crm: Subscription, people: list[User]
) -> None:
    inner = create_group(
        values=GroupFields(display_name="Inner"), member_ids=[user.pk for user in people]
    )
    outer = create_group(
        values=GroupFields(display_name="Outer"), member_ids=[people[0].pk, inner.pk]
    )
    set_group_licenses(group=outer, subscriptions=[crm])

    assert count_seats_of(tenant=in_acme) == 1

    count = SeatCount.objects.get()
    assert (count.bought, count.used, count.waiting) == (20, 20, 2)
    assert count.day == timezone.localdate()


def test_a_day_is_counted_once(in_acme: Tenant, crm: Subscription, people: list[User]) -> None:
    count_seats_of(tenant=in_acme)
    hold(crm, people, 20)

    assert count_seats_of(tenant=in_acme) == 0

    assert SeatCount.objects.get().used == 0
    assert subjects() == []


def test_each_crossing_is_mailed_once(
    in_acme: Tenant,
    crm: Subscription,
    people: list[User],
    next_day: Callable[[], None],
) -> None:
    person(in_acme, "Ada", Role.ADMIN)
    told = []
    for held in (15, 16, 17, 19, 20, 20, 15, 16):
        hold(crm, people, held)
        count_seats_of(tenant=in_acme)
        told.append(subjects())
        next_day()

    some = ["Acme: 80% of the seats of CRM are used"]
    assert told == [
        [],
        some,
        [],
        ["Acme: 95% of the seats of CRM are used"],
        ["Acme: every seat of CRM is used"],
        [],
        [],
        some,
    ]
    assert AuditEntry.objects.filter(action="subscription.seats_mail_sent").count() == 4


def test_only_active_system_admins_are_mailed(
    in_acme: Tenant, crm: Subscription, people: list[User]
) -> None:
    person(in_acme, "Ada", Role.ADMIN)
    person(in_acme, "Bea", Role.ADMIN)
    person(in_acme, "Eva", Role.EDITOR)
    hold(crm, people, 16)

    count_seats_of(tenant=in_acme)

    assert sorted(each.to[0] for each in mail.outbox) == ["ada@acme.example", "bea@acme.example"]
    assert f"?licence={crm.pk}" in str(mail.outbox[0].body)


def test_the_end_is_told_ahead_with_what_it_brings(
    in_acme: Tenant,
    crm: Subscription,
    people: list[User],
    next_day: Callable[[], None],
) -> None:
    person(in_acme, "Ada", Role.ADMIN)
    hold(crm, people, 1)
    Subscription.objects.update(ends=timezone.localdate() + datetime.timedelta(days=31))
    count_seats_of(tenant=in_acme)
    [first] = mail.outbox
    assert first.subject == "Acme: the subscription to CRM ends in 31 days"
    assert "The 1 person who holds a seat keeps it." in str(first.body)
    mail.outbox.clear()

    told = []
    for _day in range(33):
        next_day()
        count_seats_of(tenant=in_acme)
        told.extend(subjects())

    ends = "Acme: the subscription to CRM ends in"
    assert told == [f"{ends} {days}" for days in ("30 days", "14 days", "7 days", "1 day")]


def test_another_end_is_told_anew(
    in_acme: Tenant, crm: Subscription, next_day: Callable[[], None]
) -> None:
    person(in_acme, "Ada", Role.ADMIN)
    Subscription.objects.update(ends=timezone.localdate() + datetime.timedelta(days=20))
    count_seats_of(tenant=in_acme)
    assert len(subjects()) == 1

    next_day()
    Subscription.objects.update(ends=timezone.localdate() + datetime.timedelta(days=25))
    count_seats_of(tenant=in_acme)

    assert subjects() == ["Acme: the subscription to CRM ends in 25 days"]


def test_statements_do_not_grow_with_people(
    in_acme: Tenant,
    crm: Subscription,
    people: list[User],
    next_day: Callable[[], None],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for held in (1, 12):
        hold(crm, people, held)
        with django_assert_num_queries(5):  # Among them the transaction's two.
            count_seats_of(tenant=in_acme)
        next_day()


def test_one_tenant_knows_nothing_of_the_other(
    acme: Tenant, globex: Tenant, crm: Subscription
) -> None:
    assert count_seats() == {"subscriptions_counted": 1}
    assert SeatCount.objects.get().tenant_id == acme.pk
