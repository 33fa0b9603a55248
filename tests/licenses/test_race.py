"""Many at once for the last seat: connections of their own, as several servers have."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from accounts.groups.groups import GroupFields, create_group
from accounts.models import Tenant, User
from accounts.services.users import deactivate_user
from accounts.tenancy.scoping import tenant_scope
from licenses.errors import LicenseError
from licenses.group_licenses import set_group_licenses
from licenses.models import Product, Seat, Subscription
from licenses.services import assign_seat, release_seat
from tests.conftest import person
from tests.support.members import remove_group_members
from tests.support.overlap import overlap

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE = 20

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def last_seat(acme: Tenant) -> Subscription:
    """One free seat of "CRM"."""
    with tenant_scope(acme):
        product = Product.objects.create(key="crm", name="CRM")
        return Subscription.objects.create(product=product, seats=1)


def all_at_once(tenant: Tenant, tasks: list[Callable[[], object]]) -> list[bool]:
    """Run every task in a thread with its own connection; return which were not refused."""
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> bool:
        try:
            with tenant_scope(tenant):
                connection.ensure_connection()
                start.wait(timeout=30)
                task()
        except LicenseError:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_twenty_assignments_of_one_free_seat_grant_exactly_one(
    acme: Tenant, last_seat: Subscription
) -> None:
    people = [person(acme, f"Person{number}") for number in range(AT_ONCE)]

    granted = all_at_once(
        acme,
        [lambda user=user: assign_seat(subscription=last_seat, user=user) for user in people],  # type: ignore[misc]
    )

    assert granted.count(True) == 1
    with tenant_scope(acme):
        assert Seat.objects.filter(released=None).count() == 1


def test_the_same_assignment_twenty_times_takes_one_seat(
    acme: Tenant, last_seat: Subscription
) -> None:
    bob = person(acme, "Bob")

    granted = all_at_once(
        acme, [lambda: assign_seat(subscription=last_seat, user=bob) for _ in range(AT_ONCE)]
    )

    assert all(granted)
    with tenant_scope(acme):
        assert Seat.objects.count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_whoever_is_deactivated_meanwhile_holds_no_seat(
    acme: Tenant, last_seat: Subscription, attempt: int
) -> None:
    bob = person(acme, "Bob")

    def leave() -> None:
        deactivate_user(user=User.objects.get(pk=bob.pk))

    def join() -> None:
        assign_seat(subscription=last_seat, user=User.objects.get(pk=bob.pk))

    all_at_once(acme, [leave, join, join, leave, join])

    with tenant_scope(acme):
        assert not User.objects.get(pk=bob.pk).active
        assert not Seat.objects.filter(released=None).exists()


@pytest.mark.parametrize("attempt", range(3))
def test_people_who_wait_get_exactly_the_seats_of_those_who_leave(
    acme: Tenant, last_seat: Subscription, attempt: int
) -> None:
    people = [person(acme, f"Person{number}") for number in range(AT_ONCE)]
    with tenant_scope(acme):
        Subscription.objects.update(seats=10)
        members = [user.pk for user in people]
        team = create_group(values=GroupFields(display_name="Team"), member_ids=members)
        set_group_licenses(group=team, subscriptions=[last_seat])

    def leave(user: User) -> Callable[[], object]:
        return lambda: deactivate_user(user=User.objects.get(pk=user.pk))

    def join(user: User) -> Callable[[], object]:
        return lambda: assign_seat(subscription=last_seat, user=User.objects.get(pk=user.pk))

    leavers, waiting = people[:5], people[10:]
    all_at_once(acme, [*map(leave, leavers), *map(join, waiting[5:]), *map(leave, waiting[:1])])

    with tenant_scope(acme):
        held = Seat.objects.filter(released=None)
        assert held.count() == 10
        assert not held.filter(user__active=False).exists()
        assert User.objects.filter(pk__in=members, active=True).count() == AT_ONCE - 6


def test_whoever_is_being_changed_meanwhile_gets_the_free_seat_right_afterwards(
    acme: Tenant, last_seat: Subscription
) -> None:
    ann, ben = person(acme, "Ann"), person(acme, "Ben")
    with tenant_scope(acme):
        team = create_group(values=GroupFields(display_name="T"), member_ids=[ann.pk, ben.pk])
        set_group_licenses(group=team, subscriptions=[last_seat])
    leaving = threading.Event()

    def change_ben() -> None:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=ben.pk)
            leaving.set()
            for _ in range(500):  # Until the seat is given back, for at most five seconds.
                if not Seat.objects.filter(user=ann, released=None).exists():
                    break
                time.sleep(0.01)

    def let_ann_go() -> None:
        leaving.wait(timeout=30)
        deactivate_user(user=User.objects.get(pk=ann.pk))

    all_at_once(acme, [change_ben, let_ann_go])

    with tenant_scope(acme):
        assert Seat.objects.get(released=None).user == ben


def test_whoever_is_passed_over_and_then_leaves_the_group_gets_no_seat(
    acme: Tenant, last_seat: Subscription
) -> None:
    ann, ben = person(acme, "Ann"), person(acme, "Ben")
    with tenant_scope(acme):
        inner = create_group(values=GroupFields(display_name="Inner"), member_ids=[ben.pk])
        members = [ann.pk, inner.pk]
        team = create_group(values=GroupFields(display_name="Team"), member_ids=members)
        set_group_licenses(group=team, subscriptions=[last_seat])

    errors = overlap(
        acme,
        lambda: list(User.objects.select_for_update().filter(pk=ben.pk)),
        lambda: deactivate_user(user=User.objects.get(pk=ann.pk)),
        then=lambda: remove_group_members(group=team, member_ids=[inner.pk]),
    )

    assert errors == [None, None]
    with tenant_scope(acme):
        assert not Seat.objects.filter(released=None).exists()


def test_a_seat_that_is_taken_back_while_its_holder_leaves_is_taken_back_once(
    acme: Tenant, last_seat: Subscription
) -> None:
    ways: list[Callable[[User], object]] = [
        lambda user: deactivate_user(user=User.objects.get(pk=user.pk)),
        lambda user: release_seat(subscription=last_seat, user=user),
    ]
    for name, (first, second) in {"Ann": ways, "Ben": ways[::-1]}.items():
        user = person(acme, name)
        with tenant_scope(acme):
            assign_seat(subscription=last_seat, user=user)

        errors = overlap(acme, lambda: first(user), lambda: second(user))  # noqa: B023

        assert errors == [None, None]
        with tenant_scope(acme):
            assert Seat.objects.filter(user=user).exclude(released=None).count() == 1
            assert not Seat.objects.filter(released=None).exists()
