"""Many who decide at once: connections of their own, as several servers have."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from access_requests.asking import ask_for_access, withdraw_request
from access_requests.deciding import grant_request, refuse_request
from access_requests.ending import end_grant
from access_requests.errors import AskedAlreadyError, RequestError, RequestOverError
from access_requests.models import AccessRequest
from accounts.models import AccessProfile, ProfileMembership, Role, Tenant, User
from accounts.services.profiles import create_profile, delete_profile
from accounts.services.users import deactivate_user, delete_user
from accounts.tenancy.scoping import tenant_scope
from licenses.errors import LicenseError, NoSeatAvailableError
from licenses.models import Seat, Subscription
from tests.conftest import person

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE = 20

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(tenant: Tenant, tasks: list[Callable[[], object]]) -> list[Exception | None]:
    """Run every task in a thread with its own connection; return what each was refused with."""
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> Exception | None:
        try:
            with tenant_scope(tenant):
                connection.ensure_connection()
                start.wait(timeout=30)
                task()
        except (LicenseError, RequestError) as refusal:
            return refusal
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def open_request(user: User, crm: Subscription) -> AccessRequest:
    return AccessRequest.objects.create(user=user, subscription=crm, thing="CRM", reason="x")


def test_of_twenty_requests_for_the_last_seat_granted_at_once_one_is(
    acme: Tenant, carol: User, crm: Subscription
) -> None:
    people = [person(acme, f"P{number}") for number in range(AT_ONCE)]
    with tenant_scope(acme):
        Subscription.objects.update(seats=1)
        asked = [open_request(user, crm) for user in people]
    mail.outbox.clear()

    refusals = all_at_once(
        acme, [partial(grant_request, request=each, decider=carol) for each in asked]
    )

    assert refusals.count(None) == 1
    assert all(isinstance(each, NoSeatAvailableError) for each in refusals if each)
    with tenant_scope(acme):
        assert Seat.objects.filter(released=None).count() == 1
        granted = AccessRequest.objects.get(state="granted")
        assert Seat.objects.get().pk == granted.gave
        assert AccessRequest.objects.filter(state="open").count() == AT_ONCE - 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_of_many_who_decide_one_request_one_does_and_the_others_are_told(
    acme: Tenant, bob: User, crm: Subscription, attempt: int
) -> None:
    deciders = [person(acme, f"D{number}", Role.ADMIN) for number in range(8)]
    with tenant_scope(acme):
        asked = open_request(bob, crm)
    tasks: list[Callable[[], object]] = [
        partial(grant_request, request=asked, decider=each)
        if number % 2
        else partial(refuse_request, request=asked, decider=each, answer="No.")
        for number, each in enumerate(deciders)
    ]

    refusals = all_at_once(acme, tasks)

    assert refusals.count(None) == 1
    assert all(isinstance(each, RequestOverError) for each in refusals if each)
    with tenant_scope(acme):
        state = AccessRequest.objects.get().state
        assert Seat.objects.count() == (state == "granted")


def test_the_same_is_asked_for_at_once_only_once(
    acme: Tenant, bob: User, crm: Subscription
) -> None:
    refusals = all_at_once(
        acme, [partial(ask_for_access, user=bob, thing=crm, reason="x") for _ in range(8)]
    )

    assert refusals.count(None) == 1
    assert all(isinstance(each, AskedAlreadyError) for each in refusals if each)


@pytest.mark.parametrize("attempt", range(3))
def test_who_leaves_while_it_is_decided_holds_nothing(
    acme: Tenant, bob: User, carol: User, crm: Subscription, attempt: int
) -> None:
    with tenant_scope(acme):
        asked = open_request(bob, crm)

    all_at_once(
        acme,
        [
            partial(grant_request, request=asked, decider=carol),
            lambda: deactivate_user(user=User.objects.get(pk=bob.pk)),
            partial(withdraw_request, request=asked),
        ],
    )

    with tenant_scope(acme):
        assert not Seat.objects.filter(released=None).exists()
        assert not User.objects.get(pk=bob.pk).active


@pytest.mark.parametrize("attempt", range(3))
@pytest.mark.parametrize("what_goes", ["person", "profile"])
def test_what_is_deleted_while_it_is_granted_leaves_nothing_behind(
    acme: Tenant, bob: User, carol: User, what_goes: str, attempt: int
) -> None:
    with tenant_scope(acme):
        profile = create_profile(name="Customs")
        asked = AccessRequest.objects.create(user=bob, profile=profile, thing="Customs", reason="x")

    def delete() -> None:
        if what_goes == "person":
            delete_user(user=User.objects.get(pk=bob.pk))
        else:
            delete_profile(profile=AccessProfile.objects.get(pk=profile.pk))

    all_at_once(acme, [partial(grant_request, request=asked, decider=carol), delete])

    with tenant_scope(acme):
        assert not ProfileMembership.objects.exists()
        left = AccessRequest.objects.first()
        assert (left is None) == (what_goes == "person")
        assert left is None or left.profile_id is None


def test_an_end_that_several_workers_see_is_one(
    acme: Tenant, bob: User, carol: User, crm: Subscription
) -> None:
    with tenant_scope(acme):
        asked = open_request(bob, crm)
        grant_request(request=asked, decider=carol, until=timezone.localdate())
        AccessRequest.objects.update(until=timezone.localdate() - timedelta(days=1))
    mail.outbox.clear()
    done: list[bool] = []

    all_at_once(acme, [lambda: done.append(end_grant(request=asked)) for _ in range(8)])

    assert done.count(True) == 1
    assert [each.subject for each in mail.outbox] == ["CRM was taken back"]
    with tenant_scope(acme):
        assert Seat.objects.exclude(released=None).count() == 1
