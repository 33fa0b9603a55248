"""What others do to people while a change is held, and what becomes of them when it is decided."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from accounts.errors import AccountError
from accounts.models import AuditEntry, DirectoryGroup, HeldChange, HeldPerson, User
from accounts.services.users import deactivate_user
from accounts.tenancy.scoping import tenant_scope
from licenses.group_licenses import set_group_licenses
from licenses.models import Seat, Subscription
from scim.held import people as held_people
from scim.held.deciding import take_back
from tests.conftest import person, signed_in
from tests.scim.test_held_changes import (
    OFF,
    deleting,
    in_bulk,
    okta,
    one_by_one,
    seats,
    staff,
    used,
)
from tests.support.scim import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

__all__ = ["deleting", "okta", "seats"]

ON = {**OFF, "value": True}


def wipe(scim: SCIMClient, people: list[Any]) -> None:
    for each in people:
        scim.request("DELETE", f"/Users/{each['id']}", expect=204)


@pytest.mark.parametrize("way", [one_by_one, in_bulk])
@pytest.mark.parametrize("with_seats", [True, False])
def test_whoever_is_deleted_by_being_deactivated_comes_back_active(
    acme: Tenant,
    seats: Subscription,
    way: Callable[[SCIMClient, list[Any]], None],
    *,
    with_seats: bool,
) -> None:
    scim = connect(acme, name="S", loss_number=2, on_delete="delete", on_deactivate="delete")
    people = staff(acme, scim, seats if with_seats else None, 6)
    way(scim, people)
    with tenant_scope(acme):
        take_back(change=HeldChange.objects.get())
        assert list(User.objects.values_list("active", flat=True)) == [True] * 4


def test_in_the_request_that_goes_beyond_the_limit_those_without_a_seat_join(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    people = [*staff(acme, okta, seats, 4), okta.create({"userName": "without"})]
    in_bulk(okta, people)
    with tenant_scope(acme):
        assert HeldPerson.objects.filter(outcome="").count() == 5


class TestSomebodyElseHasDeactivatedThem:
    """Whom an admin puts out stays out, though the source took something from them before."""

    def test_after_the_source_let_them_in_again(
        self, acme: Tenant, okta: SCIMClient, seats: Subscription
    ) -> None:
        first, *others = staff(acme, okta, seats, 6)
        okta.patch(f"/Users/{first['id']}", OFF)
        okta.patch(f"/Users/{first['id']}", ON)
        self.stays_out(acme, okta, first["id"], others)

    def test_after_the_source_took_them_out_of_a_group(
        self, acme: Tenant, okta: SCIMClient, seats: Subscription
    ) -> None:
        first = okta.create({"userName": "first"})
        body = {"displayName": "Sales", "members": [{"value": first["id"]}]}
        group = okta.request("POST", "/Groups", body, expect=201)
        with tenant_scope(acme):
            sales = DirectoryGroup.objects.get(pk=group["id"])
            set_group_licenses(group=sales, subscriptions=[seats])
        okta.patch(f"/Groups/{group['id']}", {"op": "remove", "path": "members"})
        self.stays_out(acme, okta, first["id"], staff(acme, okta, seats, 5))

    def stays_out(self, acme: Tenant, scim: SCIMClient, who: str, others: list[Any]) -> None:
        with tenant_scope(acme):
            deactivate_user(user=User.objects.get(pk=who))
        one_by_one(scim, others)
        with tenant_scope(acme):
            take_back(change=HeldChange.objects.get())
            assert not User.objects.get(pk=who).active
            assert User.objects.get(pk=others[0]["id"]).active


def test_whom_a_second_source_deletes_is_held_for_that_one(
    acme: Tenant, okta: SCIMClient, seats: Subscription
) -> None:
    people = staff(acme, okta, seats, 5)
    second = connect(acme, name="Second", loss_number=1, on_delete="delete")
    one_by_one(okta, people)
    wipe(second, [second.create({"userName": "x"}), people[4]])
    with tenant_scope(acme):
        take_back(change=HeldChange.objects.get(source_name="Okta"))
        assert not User.objects.filter(pk=people[4]["id"]).exists()

        take_back(change=HeldChange.objects.get(source_name="Second"))
        assert User.objects.get(pk=people[4]["id"]).active
        assert Seat.objects.filter(user=people[4]["id"], released=None).count() == 1


@pytest.mark.parametrize("button", ["carry-out", "take-back"])
def test_whoever_was_shown_as_deactivated_and_is_deleted_is_looked_at_first(
    acme: Tenant, deleting: SCIMClient, seats: Subscription, alice: User, button: str
) -> None:
    people = staff(acme, deleting, seats, 5)
    one_by_one(deleting, people)
    console = signed_in(alice)
    with tenant_scope(acme):
        page = f"/console/provisioning/held/{HeldChange.objects.get().pk}/"
    shown = console.get(page).content.decode()
    wipe(deleting, people[4:])

    fields = dict(re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', shown))
    console.post(f"{page}{button}/", fields)

    with tenant_scope(acme):
        assert HeldChange.objects.get().is_open


@pytest.mark.parametrize("is_active", [True, False])
def test_created_again_where_somebody_else_has_the_name(
    acme: Tenant, deleting: SCIMClient, seats: Subscription, *, is_active: bool
) -> None:
    people = staff(acme, deleting, seats, 5)
    wipe(deleting, people)
    new = person(acme, "p4")
    if not is_active:
        with tenant_scope(acme):
            deactivate_user(user=new)

    body = {"userName": people[4]["userName"]}
    answer = deleting.request("POST", "/Users", body, expect=409 if is_active else 201)

    assert is_active or answer["id"] == str(new.pk)


@pytest.mark.parametrize("step", ["restore_person", "reactivate_user"])
def test_who_cannot_be_taken_back_keeps_no_seat(
    acme: Tenant,
    deleting: SCIMClient,
    seats: Subscription,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    people = staff(acme, deleting, seats, 5)
    if step == "restore_person":
        wipe(deleting, people)
    else:
        one_by_one(deleting, people)

    def refuse(**_values: Any) -> None:
        raise AccountError("Something is gone.")

    monkeypatch.setattr(held_people, step, refuse)
    with tenant_scope(acme):
        take_back(change=HeldChange.objects.get())

        assert set(HeldPerson.objects.values_list("outcome", "reason")) == {
            ("refused", "Something is gone.")
        }
        deleted = AuditEntry.objects.filter(action="user.deleted").count()
        assert deleted == (5 if step == "restore_person" else 0)
    assert used(acme) == 0
