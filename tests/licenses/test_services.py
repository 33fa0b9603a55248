"""Giving out seats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from accounts.services.users import deactivate_user
from accounts.signals import LEAVER_HOLDS_NOTHING
from accounts.tenancy.scoping import tenant_scope
from licenses.errors import InactiveUserError, NoSeatAvailableError
from licenses.models import Product, Seat, Subscription
from licenses.services import assign_seat, change_seats
from tests.conftest import person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import Tenant


@pytest.fixture
def subscription(acme: Tenant) -> Iterator[Subscription]:
    """One seat of "CRM", with ``acme`` active."""
    product = Product.objects.create(key="crm", name="CRM")
    with tenant_scope(acme):
        yield Subscription.objects.create(product=product, seats=1)


def test_a_full_subscription_refuses(acme: Tenant, subscription: Subscription, bob: User) -> None:
    assign_seat(subscription=subscription, user=bob)

    with pytest.raises(NoSeatAvailableError, match="All 1 seats of CRM are taken"):
        assign_seat(subscription=subscription, user=person(acme, "Carol"))


def test_assigning_twice_takes_one_seat(subscription: Subscription, bob: User) -> None:
    first = assign_seat(subscription=subscription, user=bob)

    assert assign_seat(subscription=subscription, user=bob) == first


def test_deactivation_releases_the_seat_and_keeps_its_history(
    subscription: Subscription, bob: User
) -> None:
    assign_seat(subscription=subscription, user=bob, reason="New hire")

    deactivate_user(user=bob)

    seat = Seat.objects.get()
    assert seat.released is not None
    assert seat.grant_reason == "New hire"


def test_no_statement_leaves_an_inactive_user_with_a_seat(
    subscription: Subscription, bob: User
) -> None:
    assign_seat(subscription=subscription, user=bob)

    with transaction.atomic():
        User.objects.filter(pk=bob.pk).update(active=False)
        with pytest.raises(IntegrityError, match=LEAVER_HOLDS_NOTHING):
            connection.check_constraints()
        transaction.set_rollback(True)


def test_an_inactive_user_gets_none(subscription: Subscription, bob: User) -> None:
    deactivate_user(user=bob)

    with pytest.raises(InactiveUserError):
        assign_seat(subscription=subscription, user=bob)


def test_a_change_of_seats_is_all_or_nothing(
    acme: Tenant, subscription: Subscription, bob: User
) -> None:
    support = Subscription.objects.create(
        product=Product.objects.create(key="support", name="Support"), seats=5
    )
    assign_seat(subscription=subscription, user=person(acme, "Carol"))

    with pytest.raises(NoSeatAvailableError):
        change_seats(user=bob, assign=[support, subscription])

    assert not Seat.objects.filter(user=bob).exists()
