"""A source that takes away more people than it may: what follows is held until an admin decides."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import AuditEntry, DirectoryGroup, HeldChange, HeldPerson, SourceLoss, User
from accounts.services.users import deactivate_user, delete_user, reactivate_user
from accounts.tenancy.scoping import tenant_scope
from accounts.trail.retention import erase_person
from licenses.group_licenses import set_group_licenses
from licenses.models import Product, Seat, Subscription
from licenses.services import assign_seat
from scim.held.deciding import DecidedAlreadyError
from scim.held.reminding import remind_of_held_changes
from scim.models import Source
from scim.services.sources import delete_source
from tests.conftest import person, signed_in
from tests.support.held_changes import carry_out, take_back
from tests.support.scim import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

LIMIT = 3
OFF = {"op": "replace", "path": "active", "value": False}


@pytest.fixture
def okta(acme: Tenant) -> SCIMClient:
    """A source that may take away three people within an hour."""
    return connect(acme, name="Okta", loss_number=LIMIT)


@pytest.fixture
def deleting(acme: Tenant) -> SCIMClient:
    """The same, whose DELETE deletes."""
    return connect(acme, name="Entra", loss_number=LIMIT, on_delete="delete")


@pytest.fixture
def seats(acme: Tenant) -> Subscription:
    with tenant_scope(acme):
        product = Product.objects.create(key="crm", name="CRM")
        today = timezone.localdate()
        return Subscription.objects.create(product=product, seats=100, starts=today)


def staff(acme: Tenant, scim: SCIMClient, seats: Subscription | None, size: int) -> list[Any]:
    """Make people over SCIM, each with a seat, if there are any."""
    made = [scim.create({"userName": f"p{number}@acme.example"}) for number in range(size)]
    if seats is not None:
        with tenant_scope(acme):
            for user in User.objects.filter(pk__in=[each["id"] for each in made]):
                assign_seat(subscription=seats, user=user)
    return made


def held(acme: Tenant) -> set[str]:
    with tenant_scope(acme):
        found = HeldPerson.objects.filter(outcome="").values_list("user_id", flat=True)
        return {str(each) for each in found}


def used(acme: Tenant) -> int:
    with tenant_scope(acme):
        return Seat.objects.filter(released=None).count()


def change_of(acme: Tenant) -> HeldChange:
    with tenant_scope(acme):
        return HeldChange.objects.get()


def one_by_one(scim: SCIMClient, people: list[Any]) -> None:
    for each in people:
        scim.patch(f"/Users/{each['id']}", OFF)


def in_bulk(scim: SCIMClient, people: list[Any]) -> None:
    operations = [
        {"method": "PATCH", "path": f"/Users/{each['id']}", "data": {"Operations": [OFF]}}
        for each in people
    ]
    scim.request("POST", "/Bulk", {"Operations": operations}, expect=200)


@pytest.mark.parametrize("way", [one_by_one, in_bulk])
def test_the_fifty_first_keeps_the_seat_by_default(
    acme: Tenant, seats: Subscription, way: Callable[[SCIMClient, list[Any]], None]
) -> None:
    scim = connect(acme, name="Okta")
    people = staff(acme, scim, seats, 52)

    way(scim, people[:50])
    assert used(acme) == 2
    assert not held(acme)
    way(scim, people[50:])

    assert used(acme) == 2
    assert held(acme) == {each["id"] for each in people}
    assert all(not scim.get(f"/Users/{each['id']}")["active"] for each in people)


def test_whoever_is_deactivated_is_out_at_once_and_keeps_the_seat(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    people = staff(acme, okta, seats, 5)
    with tenant_scope(acme):
        last = User.objects.get(pk=people[4]["id"])
    browser = signed_in(last)
    one_by_one(okta, people)

    assert used(acme) == 2
    assert browser.get("/account/").status_code == 302
    with tenant_scope(acme):
        assert not User.objects.get(pk=last.pk).active


def test_a_seat_that_is_reserved_goes_to_nobody_who_waits(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    people = staff(acme, okta, seats, 5)
    waiting = okta.create({"userName": "waits@acme.example"})
    body = {"displayName": "Team", "members": [{"value": waiting["id"]}]}
    group = okta.request("POST", "/Groups", body, expect=201)
    with tenant_scope(acme):
        Subscription.objects.update(seats=5)
        team = DirectoryGroup.objects.get(pk=group["id"])
        set_group_licenses(group=team, subscriptions=[seats])
    one_by_one(okta, people[:1])
    assert used(acme) == 5  # It went to whoever waited.
    one_by_one(okta, people[1:])

    with tenant_scope(acme):
        assert Seat.objects.filter(released=None, user__active=False).count() == 2
        assert Seat.objects.filter(released=None).count() == 3


def test_who_is_taken_out_of_a_group_keeps_its_seat(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    people, group = group_of(acme, okta, seats, 5)

    okta.patch(f"/Groups/{group}", {"op": "replace", "path": "members", "value": []})

    assert used(acme) == 5
    assert held(acme) == {each["id"] for each in people}
    assert not okta.get(f"/Groups/{group}").get("members")


def test_a_group_that_is_deleted_with_its_seats_is_held(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    _people, group = group_of(acme, okta, seats, 5)

    okta.request("DELETE", f"/Groups/{group}", expect=204)

    assert used(acme) == 5
    with tenant_scope(acme):
        take_back(change=HeldChange.objects.get())
        assert Seat.objects.filter(released=None, by_group=False).count() == 5
        assert {each.outcome for each in HeldPerson.objects.all()} == {"taken back"}


def group_of(
    acme: Tenant, scim: SCIMClient, seats: Subscription, size: int
) -> tuple[list[Any], str]:
    """Make people in a group that gives each of them a seat."""
    people = staff(acme, scim, None, size)
    body = {"displayName": "Sales", "members": [{"value": each["id"]} for each in people]}
    group = scim.request("POST", "/Groups", body, expect=201)
    with tenant_scope(acme):
        sales = DirectoryGroup.objects.get(pk=group["id"])
        set_group_licenses(group=sales, subscriptions=[seats])
    assert used(acme) == size
    return people, group["id"]


def test_whoever_has_no_seat_does_not_count_and_joins_what_is_held(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    without = [okta.create({"userName": f"w{number}"}) for number in range(6)]
    one_by_one(okta, without[:5])
    assert not held(acme)
    with_seats = staff(acme, okta, seats, 4)
    one_by_one(okta, with_seats)
    assert len(held(acme)) == 4

    one_by_one(okta, without[5:])

    assert without[5]["id"] in held(acme)


def test_a_percentage_counts_as_well_and_neither_of_them_holds_nothing(
    acme: Tenant, seats: Subscription
) -> None:
    scim = connect(acme, name="Okta", loss_number=None, loss_percent=50)
    people = staff(acme, scim, seats, 4)
    one_by_one(scim, people[:2])
    assert not held(acme)
    one_by_one(scim, people[2:3])
    assert len(held(acme)) == 3
    off = connect(acme, name="Off", loss_number=None)
    others = [off.create({"userName": f"o{number}"}) for number in range(4)]
    with tenant_scope(acme):
        for user in User.objects.filter(pk__in=[each["id"] for each in others]):
            assign_seat(subscription=seats, user=user)

    one_by_one(off, others)

    assert len(held(acme)) == 3


def test_what_was_lost_an_hour_ago_counts_no_more(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    people = staff(acme, okta, seats, 5)
    one_by_one(okta, people[:3])
    with tenant_scope(acme):
        SourceLoss.objects.update(at=timezone.now() - timedelta(minutes=61))

    one_by_one(okta, people[3:])

    assert not held(acme)
    assert used(acme) == 0


def test_what_a_person_does_is_not_held(acme: Tenant, seats: Subscription) -> None:
    people = staff(acme, connect(acme, name="Okta", loss_number=1), seats, 4)
    with tenant_scope(acme):
        for user in User.objects.filter(pk__in=[each["id"] for each in people]):
            deactivate_user(user=user)

    assert used(acme) == 0
    assert not held(acme)


def test_carried_out_the_seats_are_free_and_the_source_counts_anew(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    people = staff(acme, okta, seats, 6)
    one_by_one(okta, people[:5])
    with tenant_scope(acme):
        carry_out(change=HeldChange.objects.get())
        change = HeldChange.objects.get()

    assert change.state == HeldChange.State.CARRIED_OUT
    assert used(acme) == 1
    assert not held(acme)
    one_by_one(okta, people[5:])
    assert used(acme) == 0


def test_taken_back_they_are_active_with_their_seats(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    people, group = group_of(acme, okta, seats, 6)
    one_by_one(okta, people)
    okta.patch(f"/Groups/{group}", {"op": "remove", "path": "members"})
    with tenant_scope(acme):
        take_back(change=HeldChange.objects.get())

    assert all(okta.get(f"/Users/{each['id']}")["active"] for each in people)
    assert used(acme) == 3  # Those of the first three went before the limit was reached.
    members = {each["value"] for each in okta.get(f"/Groups/{group}")["members"]}
    assert {each["id"] for each in people[3:]} <= members


def test_it_is_decided_once(acme: Tenant, okta: SCIMClient, seats: Subscription) -> None:
    one_by_one(okta, staff(acme, okta, seats, 5))
    with tenant_scope(acme):
        shown = HeldChange.objects.get()
        carry_out(change=shown)
        with pytest.raises(DecidedAlreadyError):
            take_back(change=shown)

    assert change_of(acme).state == HeldChange.State.CARRIED_OUT


def test_who_comes_back_by_the_source_is_held_no_more_and_has_the_seat(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    people = staff(acme, okta, seats, 5)
    one_by_one(okta, people)
    okta.patch(f"/Users/{people[4]['id']}", {"op": "replace", "path": "active", "value": True})

    assert people[4]["id"] not in held(acme)
    with tenant_scope(acme):
        carry_out(change=HeldChange.objects.get())
        assert Seat.objects.get(user=people[4]["id"]).released is None


def test_an_admin_who_deactivates_somebody_meanwhile_is_obeyed(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    people = staff(acme, okta, seats, 5)
    one_by_one(okta, people)
    with tenant_scope(acme):
        user = User.objects.get(pk=people[4]["id"])
        reactivate_user(user=user)
        deactivate_user(user=user)
        assert Seat.objects.get(user=user).released is not None
    assert people[4]["id"] not in held(acme)


class TestDeletions:
    def test_the_deleted_answer_404_and_are_nowhere(
        self, acme: Tenant, deleting: SCIMClient, seats: Subscription
    ) -> None:
        people = staff(acme, deleting, seats, 5)
        for each in people:
            deleting.request("DELETE", f"/Users/{each['id']}", expect=204)

        for each in people:
            deleting.request("GET", f"/Users/{each['id']}", expect=404)
        assert deleting.get("/Users")["totalResults"] == 0
        assert used(acme) == 2
        assert held(acme) == {each["id"] for each in people[3:]}

    def test_taken_back_they_are_as_they_were(
        self, acme: Tenant, deleting: SCIMClient, seats: Subscription
    ) -> None:
        people, group = group_of(acme, deleting, seats, 5)
        before = deleting.get(f"/Users/{people[4]['id']}")
        for each in people:
            deleting.request("DELETE", f"/Users/{each['id']}", expect=204)
        with tenant_scope(acme):
            take_back(change=HeldChange.objects.get())

        after = deleting.get(f"/Users/{people[4]['id']}")
        assert {**after, "meta": {}} == {**before, "meta": {}}
        assert used(acme) == 2
        members = {each["value"] for each in deleting.get(f"/Groups/{group}")["members"]}
        assert members == {each["id"] for each in people[3:]}

    def test_carried_out_nothing_of_them_is_left(
        self, acme: Tenant, deleting: SCIMClient, seats: Subscription
    ) -> None:
        people = staff(acme, deleting, seats, 5)
        for each in people:
            deleting.request("DELETE", f"/Users/{each['id']}", expect=204)
        with tenant_scope(acme):
            assert AuditEntry.objects.filter(action="user.deleted").count() == 3
            carry_out(change=HeldChange.objects.get())
            assert AuditEntry.objects.filter(action="user.deleted").count() == 5
            assert not any(HeldPerson.objects.values_list("kept", flat=True))
        assert used(acme) == 0

    def test_created_again_they_are_back_under_their_id(
        self, acme: Tenant, deleting: SCIMClient, seats: Subscription
    ) -> None:
        people = staff(acme, deleting, seats, 5)
        for each in people:
            deleting.request("DELETE", f"/Users/{each['id']}", expect=204)

        again = deleting.create({"userName": people[4]["userName"].upper(), "title": "Guide"})

        assert again["id"] == people[4]["id"]
        assert again["title"] == "Guide"
        assert people[4]["id"] not in held(acme)
        with tenant_scope(acme):
            assert Seat.objects.filter(user=again["id"], released=None).count() == 1

    def test_created_again_by_somebody_else_the_new_account_gets_the_seat(
        self, acme: Tenant, deleting: SCIMClient, seats: Subscription
    ) -> None:
        people = staff(acme, deleting, seats, 5)
        for each in people:
            deleting.request("DELETE", f"/Users/{each['id']}", expect=204)
        new = person(acme, "p4")
        with tenant_scope(acme):
            take_back(change=HeldChange.objects.get())
            assert Seat.objects.filter(user=new, released=None).count() == 1
            assert Seat.objects.filter(released=None).count() == 2

    def test_who_is_erased_meanwhile_leaves_nothing(
        self, acme: Tenant, deleting: SCIMClient, seats: Subscription
    ) -> None:
        people = staff(acme, deleting, seats, 5)
        for each in people:
            deleting.request("DELETE", f"/Users/{each['id']}", expect=204)
        with tenant_scope(acme):
            gone = HeldPerson.objects.get(user_id=people[4]["id"])
            erase_person(person_id=gone.user_id)
            gone.refresh_from_db()
            assert (gone.name, gone.kept, gone.outcome) == ("", {}, "carried out")
        assert used(acme) == 1

    def test_deactivated_and_then_deleted_they_come_back_active(
        self, acme: Tenant, seats: Subscription
    ) -> None:
        scim = connect(acme, name="S", loss_number=1, on_delete="delete", on_deactivate="delete")
        people = staff(acme, scim, seats, 3)
        one_by_one(scim, people)
        scim.request("GET", f"/Users/{people[2]['id']}", expect=404)
        with tenant_scope(acme):
            take_back(change=HeldChange.objects.get())

        assert scim.get(f"/Users/{people[2]['id']}")["active"]
        assert used(acme) == 2

    def test_an_admin_deletes_a_held_person_for_good(
        self, acme: Tenant, okta: SCIMClient, seats: Subscription
    ) -> None:
        people = staff(acme, okta, seats, 5)
        one_by_one(okta, people)
        with tenant_scope(acme):
            delete_user(user=User.objects.get(pk=people[4]["id"]))
            assert HeldPerson.objects.get(user_id=people[4]["id"]).outcome == "otherwise"
            take_back(change=HeldChange.objects.get())
        assert used(acme) == 1


def test_admins_are_told_at_once_and_reminded_every_day(
    acme: Tenant, okta: SCIMClient, seats: Subscription, alice: User
) -> None:
    one_by_one(okta, staff(acme, okta, seats, 6))
    assert len(mail.outbox) == 1
    assert "Okta" in mail.outbox[0].subject

    remind_of_held_changes()
    assert len(mail.outbox) == 1
    with tenant_scope(acme):
        HeldChange.objects.update(opened=timezone.now() - timedelta(days=1))
    remind_of_held_changes()
    remind_of_held_changes()

    assert len(mail.outbox) == 3
    assert "6 people" in mail.outbox[1].subject
    assert held(acme)


def test_a_source_that_is_deleted_leaves_what_is_held_to_be_decided(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    one_by_one(okta, staff(acme, okta, seats, 5))
    with tenant_scope(acme):
        delete_source(source=Source.objects.get(name="Okta"))
        carry_out(change=HeldChange.objects.get())
    assert used(acme) == 0


def test_another_companys_losses_are_not_counted(
    acme: Tenant, globex: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    other = connect(globex, name="Okta", loss_number=1, on_delete="delete")
    one_by_one(okta, staff(acme, okta, seats, 3))
    made = [other.create({"userName": f"g{number}"}) for number in range(2)]
    for each in made:
        other.request("DELETE", f"/Users/{each['id']}", expect=204)

    assert not held(acme)
    assert len(held(globex)) == 1
