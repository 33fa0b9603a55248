"""What others do to people while a change is held, and what becomes of them when it is decided."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.errors import AccountError
from accounts.groups.mappings import set_group_mappings
from accounts.models import AuditEntry, DirectoryGroup, HeldChange, HeldPerson, Plan, Role, User
from accounts.services.roles import change_role
from accounts.services.tenants import update_tenant
from accounts.services.users import UserFields, deactivate_user, update_user
from accounts.tenancy.scoping import tenant_scope
from licenses.group_licenses import set_group_licenses
from licenses.models import Seat, Subscription
from scim.held import people as held_people
from tests.conftest import person, signed_in
from tests.scim.test_held_changes import (
    OFF,
    deleting,
    group_of,
    in_bulk,
    okta,
    one_by_one,
    seats,
    staff,
    used,
)
from tests.support.held_changes import take_back
from tests.support.html_forms import text_of, what_is_sent
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


@pytest.mark.parametrize("holds_something", [True, False])
def test_whom_another_source_creates_again_is_somebody_new_until_an_admin_has_decided(
    acme: Tenant, deleting: SCIMClient, seats: Subscription, *, holds_something: bool
) -> None:
    people = staff(acme, deleting, seats, 5)
    second = connect(acme, name="Second", loss_number=1, on_delete="delete")
    if holds_something:
        wipe(second, [second.create({"userName": f"x{each}"}) for each in range(2)])
    with tenant_scope(acme):
        User.objects.filter(pk=people[4]["id"]).update(role=Role.EDITOR)
    wipe(deleting, people)

    again = second.create({"userName": people[4]["userName"]})

    assert again["id"] != people[4]["id"]
    with tenant_scope(acme):
        assert User.objects.get(pk=again["id"]).role == Role.MEMBER
        assert not Seat.objects.filter(user=again["id"]).exists()
        take_back(change=HeldChange.objects.get(source_name="Entra"))
        assert Seat.objects.filter(user=again["id"], released=None).count() == 1


class TestAnAdminIsInIt:
    """Nobody decides about themselves: what was taken from who decides is gone."""

    @pytest.fixture
    def sales(
        self, acme: Tenant, okta: SCIMClient, seats: Subscription, alice: User
    ) -> DirectoryGroup:
        """A group that gave Alice, an admin, and four others a seat."""
        people = [okta.create({"userName": f"s{each}"})["id"] for each in range(4)]
        members = [{"value": each} for each in (*people, str(alice.pk))]
        body = {"displayName": "Sales", "members": members}
        group = okta.request("POST", "/Groups", body, expect=201)["id"]
        with tenant_scope(acme):
            sales = DirectoryGroup.objects.get(pk=group)
            set_group_licenses(group=sales, subscriptions=[seats])
        okta.patch(f"/Groups/{group}", {"op": "remove", "path": "members"})
        return sales

    def decided(self, acme: Tenant, admin: User, button: str) -> str:
        """Let an admin press a button; return the page that they saw before."""
        browser = signed_in(admin)
        with tenant_scope(acme):
            page = f"/console/provisioning/held/{HeldChange.objects.get().pk}/"
        shown = browser.get(page).content.decode()
        browser.post(f"{page}{button}/", what_is_sent(shown, "version"))
        return shown

    def test_and_takes_it_back(self, acme: Tenant, sales: DirectoryGroup, alice: User) -> None:
        shown = self.decided(acme, alice, "take-back")

        assert "nobody decides about themselves" in shown
        with tenant_scope(acme):
            assert not Seat.objects.filter(user=alice, released=None).exists()
            assert not sales.members.filter(user=alice).exists()
            assert sales.members.count() == Seat.objects.filter(released=None).count() == 4
            own = HeldPerson.objects.get(user_id=alice.pk)
            assert own.outcome == "refused"
            assert "nobody decides about themselves" in own.reason

    def test_and_another_takes_it_back(
        self, acme: Tenant, sales: DirectoryGroup, alice: User
    ) -> None:
        shown = self.decided(acme, person(acme, "Ada", Role.ADMIN), "take-back")

        assert "themselves" not in shown
        with tenant_scope(acme):
            assert Seat.objects.filter(user=alice, released=None).exists()

    def test_and_has_taken_the_name_of_somebody_deleted(
        self, acme: Tenant, deleting: SCIMClient, seats: Subscription, alice: User
    ) -> None:
        people = staff(acme, deleting, seats, 5)
        wipe(deleting, people)
        with tenant_scope(acme):
            values = replace(UserFields.of(alice), user_name=people[4]["userName"])
            update_user(user=alice, values=values)

        self.decided(acme, alice, "take-back")

        with tenant_scope(acme):
            assert not Seat.objects.filter(user=alice).exists()
            assert HeldPerson.objects.get(user_id=people[4]["id"]).outcome == "refused"
            assert User.objects.filter(pk=people[3]["id"]).exists()


@pytest.mark.parametrize("outer_first", [True, False])
def test_whoever_left_a_nested_group_is_in_it_again_and_in_none_around_it(
    acme: Tenant, okta: SCIMClient, seats: Subscription, *, outer_first: bool
) -> None:
    names = ["Outer", "Inner"] if outer_first else ["Inner", "Outer"]
    groups = {
        name: okta.request("POST", "/Groups", {"displayName": name}, expect=201)["id"]
        for name in names
    }
    nested = [{"value": groups["Inner"]}]
    okta.patch(f"/Groups/{groups['Outer']}", {"op": "add", "path": "members", "value": nested})
    people = [{"value": okta.create({"userName": f"n{each}"})["id"]} for each in range(5)]
    inner = f"/Groups/{groups['Inner']}"
    okta.patch(inner, {"op": "add", "path": "members", "value": people})
    with tenant_scope(acme):
        outer = DirectoryGroup.objects.get(pk=groups["Outer"])
        set_group_licenses(group=outer, subscriptions=[seats])

    okta.patch(inner, {"op": "remove", "path": "members"})
    with tenant_scope(acme):
        take_back(change=HeldChange.objects.get())
        assert DirectoryGroup.objects.get(pk=groups["Inner"]).members.count() == 5
        assert outer.members.count() == 1
    assert used(acme) == 5


@pytest.mark.parametrize("is_deleted", [False, True])
def test_who_is_in_a_group_again_that_gives_a_role_has_no_lower_one_than_before(
    acme: Tenant, deleting: SCIMClient, seats: Subscription, *, is_deleted: bool
) -> None:
    people, group = group_of(acme, deleting, seats, 5)
    with tenant_scope(acme):
        sales = DirectoryGroup.objects.get(pk=group)
        set_group_mappings(group=sales, role=Role.EDITOR, profiles=[])
        change_role(user=User.objects.get(pk=people[4]["id"]), role=Role.CONNECTOR_ADMIN)

    if is_deleted:
        wipe(deleting, people)
    else:
        deleting.patch(f"/Groups/{group}", {"op": "remove", "path": "members"})
    with tenant_scope(acme):
        take_back(change=HeldChange.objects.get())
        roles = dict(User.objects.values_list("user_name", "role"))
    assert roles["p4@acme.example"] == Role.CONNECTOR_ADMIN
    assert roles["p3@acme.example"] == Role.EDITOR


def test_a_group_that_is_deleted_is_told_on_the_page_and_stays_so(
    acme: Tenant, okta: SCIMClient, seats: Subscription, alice: User
) -> None:
    _people, group = group_of(acme, okta, seats, 5)
    others = [{"value": okta.create({"userName": f"c{each}"})["id"]} for each in range(5)]
    crew = {"displayName": "Crew", "members": others}
    stays = okta.request("POST", "/Groups", crew, expect=201)["id"]
    with tenant_scope(acme):
        set_group_licenses(group=DirectoryGroup.objects.get(pk=stays), subscriptions=[seats])
    okta.patch(f"/Groups/{stays}", {"op": "remove", "path": "members"})
    with tenant_scope(acme):
        page = f"/console/provisioning/held/{HeldChange.objects.get().pk}/"
    browser = signed_in(alice)
    assert "stay deleted" not in text_of(browser.get(page))
    okta.request("DELETE", f"/Groups/{group}", expect=204)

    shown = text_of(browser.get(page))
    assert "stay deleted" in shown
    assert "Sales" in shown
    assert "Crew" not in shown


@pytest.mark.parametrize("button", ["carry-out", "take-back"])
def test_it_is_decided_also_when_the_plan_has_ended(
    acme: Tenant, deleting: SCIMClient, seats: Subscription, alice: User, button: str
) -> None:
    people = staff(acme, deleting, seats, 5)
    wipe(deleting, people)
    update_tenant(tenant=acme, name=acme.name, plan=Plan.STARTER, trail_days=None)
    browser = signed_in(alice)
    with tenant_scope(acme):
        yesterday = timezone.localdate() - timedelta(days=1)
        Subscription.objects.update(starts=yesterday, ends=yesterday)
        page = f"/console/provisioning/held/{HeldChange.objects.get().pk}/"

    sent = what_is_sent(browser.get(page).content.decode(), "version")
    browser.post(f"{page}{button}/", sent)

    with tenant_scope(acme):
        assert not HeldPerson.objects.filter(outcome="").exists()
        taken_back = button == "take-back"
        assert User.objects.filter(pk=people[4]["id"]).exists() is taken_back
    assert used(acme) == (2 if taken_back else 0)


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
