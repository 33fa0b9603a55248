"""What was done to many is undone with one button: once, line by line, as far as it stands."""

from __future__ import annotations

import csv
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.jobs import queueing
from accounts.models import ActionLine, ActionResult, AuditEntry, Job, Role, User
from accounts.services import users
from accounts.services.action_results import erase_lines_about
from accounts.services.profiles import (
    add_profile_members,
    create_profile,
    delete_profile,
    remove_profile_members,
)
from accounts.services.roles import change_role
from accounts.services.turned_back import confirm_deactivation
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from console.base import many_result
from console.base.doing import Work
from console.base.sites import platform_site
from console.base.undoing import Undo
from licenses.group_licenses import set_group_licenses
from licenses.models import Seat, Subscription
from licenses.services import assign_seat, release_seat
from tests.conftest import crowd, do_at_once, person, signed_in
from tests.support.html_forms import text_of, what_is_sent
from tests.support.licence_file import apply_file
from tests.support.many import ask, do

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.test import Client

    from accounts.models import Tenant

USERS = "/console/accounts/user/"
SEATS = "/console/licenses/seat/"
JOBS = "/console/results/"
WORKS = [
    pytest.param(getattr(model_admin, name), id=f"{site.name}-{model._meta.label}-{name}")
    for site in (admin.site, platform_site)
    for model, model_admin in site._registry.items()
    for name in dir(type(model_admin))
    if isinstance(getattr(type(model_admin), name, None), Work)
]

CHANGES = {
    "reactivated": "They are active again already.",
    "deactivated again": "SCIM: Okta deactivated them since then",
    "inactive there, too": "SCIM: Okta wanted them inactive, too",
    "deleted": "not",
}


def address_of(told: Any) -> str:
    return str(told.request["PATH_INFO"])


def done_to(browser: Client, action: str, people: Collection[User], **fields: Any) -> str:
    """Do it, and return the address of the page that tells how it went."""
    return address_of(do(browser, USERS, action, [each.pk for each in people], **fields))


def ask_to_undo(browser: Client, address: str) -> Any:
    return browser.get(f"{address}undo/")


def press(browser: Client, address: str, asked: Any, **fields: Any) -> Any:
    """Press *Undo* on the page ``asked``."""
    sent = {**what_is_sent(asked.content.decode(), "seen"), **fields}
    return browser.post(f"{address}undo/", sent, follow=True)


def undo(browser: Client, address: str, **fields: Any) -> Any:
    return press(browser, address, ask_to_undo(browser, address), **fields)


def active(tenant: Tenant) -> set[str]:
    with tenant_scope(tenant):
        return set(User.objects.filter(active=True).values_list("user_name", flat=True))


def holders(subscription: Subscription) -> set[str]:
    with tenant_scope(subscription.tenant):
        held = Seat.objects.filter(subscription=subscription, released=None)
        return set(held.values_list("user__user_name", flat=True))


def result_at(tenant: Tenant, address: str) -> ActionResult:
    with tenant_scope(tenant):
        return ActionResult.objects.get(pk=address.rstrip("/").rpartition("/")[2])


@pytest.mark.parametrize("work", WORKS)
def test_every_action_is_undone_or_says_why_not(work: Work) -> None:
    assert (work.undo is not None) != bool(work.stays_because)
    if work.undo is not None:
        assert isinstance(work.undo, Undo)
        assert work.undo.question(2) != work.undo.question(1)


@pytest.mark.parametrize("work", WORKS)
def test_every_action_and_undo_says_what_became_of_it(work: Work) -> None:
    for each in filter(None, (work, work.undo)):
        assert each.became(1, "1").startswith("1 ")
        assert each.became(9, "7 of 9").startswith("7 of 9 ")
        assert each.became(9, "9")[1:] != each.became(1, "1")[1:]


class TestDeactivation:
    @pytest.fixture
    def address(self, acme: Tenant, console: Client, crm: Subscription) -> str:
        """The page of the deactivation of three, of whom one had a seat, with its reason."""
        people = crowd(acme, 3)
        with tenant_scope(acme):
            assign_seat(subscription=crm, user=people[0])
        return done_to(console, "deactivate", people, reason="Contracts ended")

    def test_is_undone_with_the_seats_that_were_lost(
        self, acme: Tenant, console: Client, crm: Subscription, address: str
    ) -> None:
        before = text_of(console.get(address))
        asked = ask_to_undo(console, address)
        assert active(acme) == {"alice@acme.example"}  # Looking changes nothing.

        told = text_of(press(console, address, asked, reason="It was the wrong list"))

        assert "You can undo this until" in before
        assert "Contracts ended" in before
        assert "Undo the deactivation of 3 people?" in text_of(asked)
        assert "CRM: 1 seat was taken from them, and 2 are free now." in text_of(asked)
        assert "Done</dt><dd>3" in told
        assert active(acme) == {"alice@acme.example", "crowd0", "crowd1", "crowd2"}
        assert holders(crm) == {"crowd0"}
        after = text_of(console.get(address))
        assert "It was undone by" in after
        assert "Undo…" not in after

    def test_is_told_by_the_trail_with_both_reasons(
        self, acme: Tenant, console: Client, address: str
    ) -> None:
        undo(console, address, reason="It was the wrong list")

        with tenant_scope(acme):
            entries = AuditEntry.objects.order_by("pk")
            begun = [
                (each.action, each.details) for each in entries.filter(action__startswith="action.")
            ]
            turns = [
                (each.action, each.details["reason"])
                for each in entries.filter(action__in=["user.deactivated", "user.reactivated"])
            ]
        assert begun == [
            ("action.begun", {"number": 3, "reason": "Contracts ended"}),
            ("action.undo_begun", {"number": 3, "reason": "It was the wrong list"}),
        ]
        assert turns == [
            *[("user.deactivated", "Contracts ended")] * 3,
            *[("user.reactivated", "It was the wrong list")] * 3,
        ]

    @pytest.mark.parametrize("when", ["before the look", "after it"])
    @pytest.mark.parametrize(("change", "reason"), CHANGES.items())
    def test_leaves_alone_what_somebody_has_changed_since(
        self, acme: Tenant, address: str, when: str, change: str, reason: str
    ) -> None:
        queued: list[Job] = []
        with tenant_scope(acme):
            console = signed_in(User.objects.get(user_name="alice@acme.example"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(queueing, "hand_over", lambda job, lock: queued.append(job))
            if when == "before the look":
                self._change(acme, change)
            undo(console, address)
            if when == "after it":
                self._change(acme, change)
            do_at_once(queued.pop(), lock=None)

        with tenant_scope(acme):
            undone = ActionResult.objects.exclude(undoes=None).get()
        page = text_of(console.get(f"{JOBS}{undone.pk}/"))
        assert ("Refused</dt><dd>1" if when == "after it" else "Passed over</dt><dd>1") in page
        assert "Done</dt><dd>2" in page
        assert reason in page
        assert ("crowd1" in active(acme)) == (change == "reactivated")

    def _change(self, acme: Tenant, change: str) -> None:
        with tenant_scope(acme), audit.acting_as("SCIM: Okta"):
            user = User.objects.get(user_name="crowd1")
            if change == "deleted":
                users.delete_user(user=user)
                return
            if change == "inactive there, too":
                confirm_deactivation(user=user)
                return
            users.reactivate_user(user=user)
            if change == "deactivated again":
                users.deactivate_user(user=user)

    def test_says_who_comes_back_without_a_seat_that_others_took(
        self, acme: Tenant, console: Client, crm: Subscription, address: str
    ) -> None:
        with tenant_scope(acme):
            for name in ("Kim", "Lee"):
                assign_seat(subscription=crm, user=person(acme, name))

        asked = text_of(ask_to_undo(console, address))
        told = text_of(undo(console, address))

        assert "1 person comes back without a licence that they had: no seat is free." in asked
        assert "All 2 seats of CRM are taken." in told
        assert "Done</dt><dd>3" in told
        assert holders(crm) == {"kim@acme.example", "lee@acme.example"}

    def test_gives_back_what_a_group_gives_still(
        self, acme: Tenant, console: Client, crm: Subscription
    ) -> None:
        (ann,) = crowd(acme, 1)
        with tenant_scope(acme):
            group = create_group(values=GroupFields(display_name="Sales"), member_ids=[ann.pk])
            set_group_licenses(group=group, subscriptions=[crm])
        address = done_to(console, "deactivate", [ann])
        assert holders(crm) == set()

        undo(console, address)

        assert holders(crm) == {"crowd0"}
        with tenant_scope(acme):
            assert Seat.objects.get(released=None).by_group

    def test_is_undone_once_and_the_second_admin_is_told(
        self, acme: Tenant, console: Client, address: str
    ) -> None:
        zoe = signed_in(person(acme, "Zoe", Role.ADMIN))
        asked = [ask_to_undo(browser, address) for browser in (console, zoe)]
        press(console, address, asked[0])

        told = text_of(press(zoe, address, asked[1]))
        later = text_of(zoe.get(f"{address}undo/", follow=True))

        for page in (told, later):
            assert "It was undone by" in page
            assert "Alice" in page
        with tenant_scope(acme):
            assert ActionResult.objects.exclude(undoes=None).count() == 1
            assert AuditEntry.objects.filter(action="user.reactivated").count() == 3

    def test_pressed_twice_is_one(self, acme: Tenant, console: Client, address: str) -> None:
        asked = ask_to_undo(console, address)

        first, again = (press(console, address, asked) for _ in range(2))

        assert address_of(first) == address_of(again)
        with tenant_scope(acme):
            assert ActionResult.objects.exclude(undoes=None).count() == 1

    def test_what_would_be_other_than_was_shown_is_shown_anew(
        self, acme: Tenant, console: Client, address: str
    ) -> None:
        asked = ask_to_undo(console, address)
        self._change(acme, "reactivated")

        page = text_of(press(console, address, asked))
        forged = text_of(console.post(f"{address}undo/", {"seen": "x"}))

        for each in (page, forged):
            assert "Nothing was done: it would be other than this page showed." in each
            assert "They are active again already." in each
        assert active(acme) == {"alice@acme.example", "crowd1"}

    @pytest.mark.parametrize(
        "reason", ["x" * 301, "with\x00nothing"], ids=["longer than kept", "not to be stored"]
    )
    def test_a_reason_that_cannot_be_kept_changes_nothing(
        self, acme: Tenant, console: Client, address: str, reason: str
    ) -> None:
        undo(console, address, reason=reason)

        assert active(acme) == {"alice@acme.example"}

    def test_can_be_undone_on_the_thirtieth_day_and_not_on_the_next(
        self, acme: Tenant, console: Client, address: str
    ) -> None:
        result = result_at(acme, address)
        assert result.undo_until == timezone.localdate() + timedelta(days=30)
        asked = ask_to_undo(console, address)
        with tenant_scope(acme):
            yesterday = timezone.localdate() - timedelta(days=1)
            ActionResult.objects.update(undo_until=yesterday)

        page = text_of(console.get(address))
        told = text_of(press(console, address, asked))

        for each in (page, told):
            assert "Its 30 days are over, so it cannot be undone any more." in each
        assert "Undo…" not in page
        assert active(acme) == {"alice@acme.example"}

    def test_is_not_there_after_31_days(self, acme: Tenant, console: Client, address: str) -> None:
        asked = ask_to_undo(console, address)
        with tenant_scope(acme):
            ActionResult.objects.update(created=timezone.now() - timedelta(days=31))

        answers = {
            console.get(address).status_code,
            ask_to_undo(console, address).status_code,
            press(console, address, asked).status_code,
        }

        assert answers == {HTTPStatus.NOT_FOUND}
        assert active(acme) == {"alice@acme.example"}

    @pytest.mark.parametrize("role", [None, *(role for role in Role if role != Role.ADMIN)])
    def test_is_for_nobody_who_may_not_deactivate(
        self, acme: Tenant, console: Client, other_console: Client, address: str, role: Role | None
    ) -> None:
        asked = ask_to_undo(console, address)
        other = other_console if role is None else signed_in(person(acme, "Eve", role))

        answers = {other.get(address).status_code, ask_to_undo(other, address).status_code}
        answers.add(press(other, address, asked).status_code)

        assert answers <= {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}
        assert active(acme) - {"eve@acme.example"} == {"alice@acme.example"}

    def test_is_no_more_when_the_role_is_taken_after_the_look(
        self, acme: Tenant, console: Client, alice: User, address: str
    ) -> None:
        asked = ask_to_undo(console, address)
        with tenant_scope(acme):
            User.objects.filter(pk=alice.pk).update(role=Role.EDITOR)

        assert press(console, address, asked).status_code == HTTPStatus.NOT_FOUND
        assert active(acme) == {"alice@acme.example"}

    def test_whoever_takes_over_what_another_began_is_spared_themselves(
        self, acme: Tenant, console: Client, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queued: list[Job] = []
        monkeypatch.setattr(queueing, "hand_over", lambda job, lock: queued.append(job))
        zoe, ann = person(acme, "Zoe", Role.ADMIN), person(acme, "Ann")
        address = done_to(console, "change_role", [ann, zoe], new_role=Role.EDITOR)
        console.post(address, {"stop": "1"})
        do_at_once(queued.pop(), lock=None)

        signed_in(zoe).post(address, {"go-on": "1"})
        do_at_once(queued.pop(), lock=None)

        assert "This is your own account." in text_of(console.get(address))
        with tenant_scope(acme):
            assert set(User.objects.filter(pk__in=[ann.pk, zoe.pk]).values_list("role")) == {
                ("editor",),
                ("admin",),
            }

    def test_what_an_undo_did_is_not_undone(
        self, acme: Tenant, console: Client, address: str
    ) -> None:
        undone = address_of(undo(console, address))

        page = text_of(console.get(undone))

        assert "This undoes what was done before." in page
        assert ask_to_undo(console, undone).status_code == HTTPStatus.NOT_FOUND

    def test_keeps_of_each_line_ids_and_nothing_of_the_person(
        self, acme: Tenant, address: str
    ) -> None:
        with tenant_scope(acme):
            kept = list(ActionLine.objects.order_by("number").values_list("kept", flat=True))

        assert all(set(each) == {"turn", "seats"} for each in kept)
        assert [len(each["seats"]) for each in kept] == [1, 0, 0]

    def test_what_is_kept_goes_with_the_person(
        self, acme: Tenant, console: Client, address: str
    ) -> None:
        with tenant_scope(acme):
            user = User.objects.get(user_name="crowd1")
            key = user.pk
            users.delete_user(user=user)
            erase_lines_about(key)
            told = [
                str(value)
                for line in ActionLine.objects.values()
                for value in line.values()
                if line["number"] == 2
            ]

        assert not any("crowd1" in value or str(key) in value for value in told)
        assert "Undo the deactivation of 2 people?" in text_of(ask_to_undo(console, address))


class TestReactivation:
    def test_is_undone(self, acme: Tenant, console: Client) -> None:
        people = crowd(acme, 2)
        done_to(console, "deactivate", people)
        address = done_to(console, "reactivate", people)

        told = text_of(undo(console, address))

        assert "Done</dt><dd>2" in told
        assert active(acme) == {"alice@acme.example"}

    def test_leaves_ones_own_account_and_the_last_admin_alone(
        self, acme: Tenant, console: Client, alice: User
    ) -> None:
        zoe = person(acme, "Zoe", Role.ADMIN)
        done_to(console, "deactivate", [zoe])
        address = done_to(console, "reactivate", [zoe])
        asked = ask_to_undo(signed_in(zoe), address)

        assert "This is your own account." in text_of(asked)
        assert 'name="seen"' not in asked.content.decode()
        with tenant_scope(acme):
            User.objects.filter(pk=alice.pk).update(role=Role.EDITOR)
            carol = person(acme, "Carol", Role.ADMIN)
            User.objects.filter(pk=carol.pk).update(active=False)
        assert active(acme) == {"alice@acme.example", "zoe@acme.example"}


class TestSeats:
    def test_that_were_given_are_taken_back(
        self, acme: Tenant, console: Client, crm: Subscription, bob: User
    ) -> None:
        kim = person(acme, "Kim")
        address = done_to(console, "assign_license", [bob, kim], subscription=crm.pk)
        with tenant_scope(acme):
            release_seat(subscription=crm, user=kim)
            assign_seat(subscription=crm, user=kim)

        told = text_of(undo(console, address))

        assert "They were given CRM, or lost it, again since then." in told
        assert holders(crm) == {"kim@acme.example"}

    def test_that_somebody_had_already_stay(
        self, acme: Tenant, console: Client, crm: Subscription, bob: User, monkeypatch: Any
    ) -> None:
        queued: list[Job] = []
        monkeypatch.setattr(queueing, "hand_over", lambda job, lock: queued.append(job))
        address = done_to(console, "assign_license", [bob], subscription=crm.pk)
        with tenant_scope(acme):
            assign_seat(subscription=crm, user=bob)  # Before its turn comes.
        do_at_once(queued.pop(), lock=None)

        page = text_of(console.get(address))

        assert "They had it already." in page
        assert "Nothing of this action can be undone." in page
        assert "Nothing of this action" in text_of(console.get(f"{address}undo/", follow=True))
        assert holders(crm) == {"bob@acme.example"}

    def test_that_were_released_come_back_as_far_as_there_are_any(
        self, acme: Tenant, console: Client, crm: Subscription, bob: User
    ) -> None:
        kim, lee = person(acme, "Kim"), person(acme, "Lee")
        with tenant_scope(acme):
            for user in (bob, kim):
                assign_seat(subscription=crm, user=user)
        address = done_to(console, "release_license", [bob, kim], subscription=crm.pk)
        with tenant_scope(acme):
            assign_seat(subscription=crm, user=lee)

        asked = text_of(ask_to_undo(console, address))
        told = text_of(undo(console, address))

        assert "CRM: 2 seats were taken from them, and 1 are free now." in asked
        assert "No seat of CRM is free for them now." in asked
        assert "Done</dt><dd>1" in told
        assert "All 2 seats of CRM are taken." in told
        assert len(holders(crm)) == 2

    def test_of_who_is_inactive_since_stay_free(
        self, acme: Tenant, console: Client, crm: Subscription, bob: User
    ) -> None:
        with tenant_scope(acme):
            assign_seat(subscription=crm, user=bob)
        address = done_to(console, "release_license", [bob], subscription=crm.pk)
        with tenant_scope(acme):
            users.deactivate_user(user=bob)

        assert "They are inactive" in text_of(ask_to_undo(console, address))

    def test_by_a_file_go_back_both_ways(
        self, acme: Tenant, console: Client, crm: Subscription, bob: User
    ) -> None:
        kim = person(acme, "Kim")
        with tenant_scope(acme):
            assign_seat(subscription=crm, user=kim)
        text = f"email,product,action\n{bob.email},crm,assign\n{kim.email},crm,release\n"
        address = apply_file(console, text).headers["Location"]
        assert holders(crm) == {"bob@acme.example"}

        told = text_of(undo(console, address))

        assert "Done</dt><dd>2" in told
        assert holders(crm) == {"kim@acme.example"}

    def test_of_idle_people_come_back(
        self, acme: Tenant, console: Client, crm: Subscription, bob: User
    ) -> None:
        ago = timezone.now() - timedelta(days=365)
        with tenant_scope(acme):
            seat = assign_seat(subscription=crm, user=bob)
            Seat.objects.update(granted=ago)
            User.objects.filter(pk=bob.pk).update(created=ago, last_login=None)
        address = address_of(do(console, SEATS, "release_idle", [seat.pk], days="90"))
        assert holders(crm) == set()

        undo(console, address)

        assert holders(crm) == {"bob@acme.example"}

    def test_are_undone_by_an_editor_as_they_may_give_them(
        self, acme: Tenant, console: Client, crm: Subscription, bob: User
    ) -> None:
        editor = signed_in(person(acme, "Eve", Role.EDITOR))
        address = done_to(console, "assign_license", [bob], subscription=crm.pk)
        hidden = done_to(console, "deactivate", [person(acme, "Kim")])

        listed = editor.get(JOBS).content.decode()
        undo(editor, address)

        assert address in listed
        assert hidden not in listed
        assert holders(crm) == set()


class TestRights:
    def test_a_role_comes_back_unless_somebody_has_given_another(
        self, acme: Tenant, console: Client, alice: User
    ) -> None:
        ann, ben, eve = person(acme, "Ann"), person(acme, "Ben"), person(acme, "Eve", Role.EDITOR)
        address = done_to(console, "change_role", [alice, ann, ben, eve], new_role=Role.ADMIN)
        assert set(roles(acme).values()) == {"admin"}
        with tenant_scope(acme), audit.acting_as("SCIM: Okta"):
            ben.refresh_from_db()
            change_role(user=ben, role=Role.CONNECTOR_ADMIN)

        asked = text_of(ask_to_undo(console, address))
        told = text_of(undo(console, address))

        assert "SCIM: Okta gave them another role since then" in asked
        assert "Done</dt><dd>2" in told
        assert list(roles(acme).values()) == ["admin", "member", "connectorAdmin", "editor"]

    def test_nobody_changes_their_own_role_with_others(
        self, acme: Tenant, console: Client, alice: User
    ) -> None:
        ann = person(acme, "Ann", Role.ADMIN)
        address = done_to(console, "change_role", [alice, ann], new_role=Role.MEMBER)
        assert roles(acme) == {"Alice": "admin", "Ann": "member"}

        asked = ask(console, USERS, "change_role", [alice.pk], new_role=Role.MEMBER)
        undo(console, address)

        assert "This is your own account." in text_of(asked)
        assert roles(acme) == {"Alice": "admin", "Ann": "admin"}

    def test_an_undo_demotes_no_last_admin(
        self, acme: Tenant, console: Client, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queued: list[Job] = []
        ann = person(acme, "Ann")
        address = done_to(console, "change_role", [ann], new_role=Role.ADMIN)
        with monkeypatch.context() as waits:
            waits.setattr(queueing, "hand_over", lambda job, lock: queued.append(job))
            undo(console, address)
        with tenant_scope(acme):
            change_role(user=alice, role=Role.MEMBER)

        do_at_once(queued.pop(), lock=None)

        assert roles(acme) == {"Alice": "member", "Ann": "admin"}

    @pytest.mark.parametrize("action", ["join_profile", "leave_profile"])
    def test_an_access_profile_is_as_before_unless_somebody_has_decided_since(
        self, acme: Tenant, console: Client, action: str
    ) -> None:
        ann, ben, kim = (person(acme, name) for name in ("Ann", "Ben", "Kim"))
        with tenant_scope(acme):
            sales = create_profile(name="Sales")
            before = [] if action == "join_profile" else [ann, ben, kim]
            add_profile_members(profile=sales, user_ids=[user.pk for user in before])
        address = done_to(console, action, [ann, ben, kim], profile=sales.pk)
        with tenant_scope(acme):
            turn = [remove_profile_members, add_profile_members]
            for step in turn if action == "join_profile" else reversed(turn):
                step(profile=sales, user_ids=[ben.pk])
            users.delete_user(user=kim)
            within = set(sales.memberships.values_list("user__display_name", flat=True))
        assert within == ({"Ann", "Ben"} if action == "join_profile" else set())

        asked = text_of(ask_to_undo(console, address))
        told = text_of(undo(console, address))

        assert "They have joined or left the access profile since then." in asked
        assert "They are not here any more." in asked
        assert "Done</dt><dd>1" in told
        with tenant_scope(acme):
            within = set(sales.memberships.values_list("user__display_name", flat=True))
        assert within == ({"Ben"} if action == "join_profile" else {"Ann"})

    def test_a_profile_that_is_gone_is_joined_by_nobody(
        self, acme: Tenant, console: Client, bob: User
    ) -> None:
        with tenant_scope(acme):
            sales = create_profile(name="Sales")
        address = done_to(console, "join_profile", [bob], profile=sales.pk)
        with tenant_scope(acme):
            delete_profile(profile=sales)

        asked = text_of(ask_to_undo(console, address))

        assert "The access profile is not there any more." in asked

    def test_who_is_signed_out_is_out_and_whoever_asks_stays(
        self, acme: Tenant, console: Client, alice: User, bob: User
    ) -> None:
        eve = person(acme, "Eve", Role.EDITOR)
        theirs = signed_in(eve)

        told = text_of(do(console, USERS, "sign_out", [alice.pk, bob.pk, eve.pk]))

        assert "Done</dt><dd>1" in told
        assert "Passed over</dt><dd>2" in told
        assert "This cannot be undone. Who is signed out can sign in again." in told
        assert theirs.get("/console/").status_code == HTTPStatus.FOUND
        assert console.get("/console/").status_code == HTTPStatus.OK


def roles(tenant: Tenant) -> dict[str, str]:
    with tenant_scope(tenant):
        return dict(User.objects.order_by("display_name").values_list("display_name", "role"))


class TestUnderWay:
    @pytest.fixture
    def queued(self, monkeypatch: pytest.MonkeyPatch) -> list[Job]:
        """The jobs that wait, as no worker is there."""
        waiting: list[Job] = []
        monkeypatch.setattr(queueing, "hand_over", lambda job, lock: waiting.append(job))
        return waiting

    def work(self, queued: list[Job]) -> None:
        while queued:
            do_at_once(queued.pop(0), lock=None)

    def test_an_action_is_stopped_before_it_is_undone(
        self, acme: Tenant, console: Client, queued: list[Job]
    ) -> None:
        address = done_to(console, "deactivate", crowd(acme, 3))

        told = text_of(console.get(f"{address}undo/", follow=True))

        assert "It is under way. Stop it first, or wait until it is over." in told

    def test_what_was_stopped_is_undone_as_far_as_it_was_done_and_goes_on_no_more(
        self, acme: Tenant, console: Client, queued: list[Job], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people = crowd(acme, 5)
        address = done_to(console, "deactivate", people)
        with monkeypatch.context() as dying:
            dying.setattr(users, "deactivate_user", dies_at(3, users.deactivate_user))
            with pytest.raises(KeyboardInterrupt):
                do_at_once(queued[0], lock=None)
        console.post(address, {"stop": "1"})
        self.work(queued)
        assert len(active(acme)) == 4

        undo(console, address)
        console.post(address, {"go-on": "1"})
        self.work(queued)

        assert len(active(acme)) == 6
        page = text_of(console.get(address))
        assert "The action was undone before its turn came." in page
        assert "Done</dt><dd>2" in page

    def test_an_undo_that_was_killed_is_taken_up_and_does_nothing_twice(
        self, acme: Tenant, console: Client, queued: list[Job], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = done_to(console, "deactivate", crowd(acme, 5))
        self.work(queued)
        undo(console, address)
        with monkeypatch.context() as dying:
            dying.setattr(
                "accounts.services.turned_back.reactivate_user",
                dies_at(3, users.reactivate_user),
            )
            with pytest.raises(KeyboardInterrupt):
                do_at_once(queued[0], lock=None)
        assert len(active(acme)) == 3

        self.work(queued)

        assert len(active(acme)) == 6
        with tenant_scope(acme):
            turned = AuditEntry.objects.filter(action="user.reactivated")
            assert turned.count() == turned.values("target_id").distinct().count() == 5

    def test_beside_another_action_each_person_is_as_the_last_one_says(
        self, acme: Tenant, console: Client, queued: list[Job]
    ) -> None:
        people = crowd(acme, 4)
        address = done_to(console, "deactivate", people)
        self.work(queued)
        undo(console, address)
        again = done_to(console, "reactivate", people[:2])
        queued.reverse()  # The other action has the first turn.

        self.work(queued)

        assert len(active(acme)) == 5
        with tenant_scope(acme):
            assert AuditEntry.objects.filter(action="user.reactivated").count() == 4
            undone = ActionResult.objects.exclude(undoes=None).get()
        assert "They are active again already." in text_of(console.get(f"{JOBS}{undone.pk}/"))
        assert "Done</dt><dd>2" in text_of(console.get(again))


BY_THE_TRAIL = ["deactivate", "reactivate", "change_role", "join_profile", "leave_profile"]
"""Actions on people whose undoing asks the trail who has decided since."""


class TestWhatTheTrailHasForgotten:
    """Who decided since then may be forgotten with it: what nobody can tell is left alone."""

    def test_every_action_that_asks_the_trail_is_tried(self) -> None:
        asking = {
            name
            for name in dir(type(admin.site.get_model_admin(User)))
            if isinstance(work := getattr(admin.site.get_model_admin(User), name), Work)
            and isinstance(work.undo, Undo)
            and type(work.undo).__name__ != "UndoSeats"  # Those are rows that are kept.
        }

        assert asking == set(BY_THE_TRAIL)

    @pytest.mark.parametrize("when", ["before the look", "after it"])
    @pytest.mark.parametrize("action", BY_THE_TRAIL)
    def test_is_not_undone(
        self, acme: Tenant, alice: User, action: str, when: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        console, ann = signed_in(alice), person(acme, "Ann", Role.EDITOR)
        with tenant_scope(acme):
            profile = create_profile(name="Sales")
            if action == "leave_profile":
                add_profile_members(profile=profile, user_ids=[ann.pk])
            if action == "reactivate":
                users.deactivate_user(user=ann)
        fields = {"new_role": Role.ADMIN} if action == "change_role" else {"profile": profile.pk}
        address = done_to(console, action, [ann], **fields)
        left = self.state(acme, ann)
        queued: list[Job] = []
        monkeypatch.setattr(queueing, "hand_over", lambda job, lock: queued.append(job))
        asked = ask_to_undo(console, address)

        if when == "before the look":
            self.forget(acme)
            told = ask_to_undo(console, address)
        else:
            press(console, address, asked)
            self.forget(acme)
            do_at_once(queued.pop(), lock=None)
            with tenant_scope(acme):
                undone = ActionResult.objects.exclude(undoes=None).get()
            told = console.get(f"{JOBS}{undone.pk}/")

        assert "The audit trail does not go back that far any more" in text_of(told)
        assert self.state(acme, ann) == left

    def forget(self, acme: Tenant) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM accounts_auditentry WHERE tenant_id = %s", [acme.pk])

    def state(self, acme: Tenant, user: User) -> Any:
        with tenant_scope(acme):
            found = User.objects.get(pk=user.pk)
            return found.active, found.role, found.profile_memberships.count()


def dies_at(turn: int, original: Any) -> Any:
    """Return a service whose worker dies when it has done this so often."""
    calls: list[User] = []

    def service(*, user: User) -> None:
        original(user=user)
        calls.append(user)
        if len(calls) == turn:
            raise KeyboardInterrupt

    return service


def test_what_cannot_be_undone_says_so_before_and_after(acme: Tenant, console: Client) -> None:
    people = crowd(acme, 1)

    asked = text_of(ask(console, USERS, "delete_selected", [people[0].pk]))
    told = do(console, USERS, "delete_selected", [people[0].pk])

    for page in (asked, text_of(told)):
        assert "This cannot be undone. What is deleted is gone." in page
    assert ask_to_undo(console, address_of(told)).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("page", ["look", "line"])
def test_costs_as_many_statements_for_many_as_for_few(
    acme: Tenant, console: Client, crm: Subscription, page: str
) -> None:
    costs = []
    for size in (5, 25):
        with tenant_scope(acme):
            User.objects.filter(user_name__startswith="crowd").delete()
            Seat.objects.all().delete()
        people = crowd(acme, size)
        with tenant_scope(acme):
            Subscription.objects.update(seats=size)
            for each in people:
                assign_seat(subscription=crm, user=each)
        address = done_to(console, "deactivate", people)
        with CaptureQueriesContext(connection) as statements:
            asked = ask_to_undo(console, address)
        if page == "line":
            with CaptureQueriesContext(connection) as statements:
                press(console, address, asked)
        costs.append(len(statements))

    few, many = costs
    if page == "look":
        assert few == many
    else:
        assert (many - few) / 20 <= MOST_OF_A_LINE


MOST_OF_A_LINE = 40


def test_giving_licences_costs_so_many_statements_a_line_however_many(
    acme: Tenant, console: Client, crm: Subscription
) -> None:
    costs = []
    for size in (10, 40):
        with tenant_scope(acme):
            User.objects.filter(user_name__startswith="crowd").delete()
            Seat.objects.all().delete()
            Subscription.objects.update(seats=size)
        people = crowd(acme, size)
        asked = ask(
            console, USERS, "assign_license", [each.pk for each in people], subscription=crm.pk
        )
        with CaptureQueriesContext(connection) as statements:
            console.post(USERS, what_is_sent(asked.content.decode(), "seen"))
        costs.append(len(statements))
    with tenant_scope(acme):
        assert Seat.objects.filter(released=None).count() == 40

    assert (costs[1] - costs[0]) / 30 == STATEMENTS_OF_A_LICENCE


STATEMENTS_OF_A_LICENCE = 19
"""19,000 a thousand, with the savepoints; eight of each line's are the action's own."""


class TestResultPage:
    @pytest.fixture
    def address(self, acme: Tenant, console: Client) -> str:
        return done_to(console, "deactivate", crowd(acme, 5))

    def test_goes_on_from_the_line_where_it_ended(
        self, acme: Tenant, console: Client, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(many_result, "SHOWN_LINES", 2)

        asked: list[dict[str, str]] = [{}, {"after": "2"}, {"after": "4"}]
        pages = [text_of(console.get(address, each)) for each in asked]

        assert ["Next page" in page for page in pages] == [True, True, False]
        for number, page in enumerate(pages):
            shown = [f"<bdi>crowd{each}" in page for each in range(5)]
            assert shown == [each // 2 == number for each in range(5)]

    @pytest.mark.parametrize("after", ["x", "-1", "99999999999"])
    def test_answers_for_no_line_that_cannot_be(
        self, console: Client, address: str, after: str
    ) -> None:
        assert console.get(address, {"after": after}).status_code == HTTPStatus.BAD_REQUEST

    def test_has_a_tab_for_each_outcome(self, console: Client, address: str) -> None:
        page = console.get(address, {"outcome": "done"}).content.decode()

        assert '<a href="?outcome=done" aria-current="true">Done <span class="gh-count">5' in page

    def test_file_runs_no_formula_and_stands_in_the_trail(
        self, acme: Tenant, console: Client, address: str
    ) -> None:
        with tenant_scope(acme):
            ActionLine.objects.filter(number=1).update(name="=cmd|'/C calc'!A0")

        answer: Any = console.get(address, {"csv": "1"})
        content = b"".join(answer.streaming_content).decode("utf-8-sig")

        rows = list(csv.reader(content.splitlines()))
        assert rows[1][0].startswith("'=")
        with tenant_scope(acme):
            assert AuditEntry.objects.filter(action="action.exported").count() == 1


class TestJobs:
    def test_lists_what_can_be_undone_and_until_when(self, acme: Tenant, console: Client) -> None:
        address = done_to(console, "deactivate", crowd(acme, 2), reason="<b>Why</b>")
        before = text_of(console.get(JOBS))
        undo(console, address)
        after = text_of(console.get(JOBS))

        assert "Until" in before
        assert "<b>Why</b>" not in before
        assert "Undone" in after
        assert "It undoes another one" in after

    def test_goes_on_to_older_ones(
        self, acme: Tenant, console: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.actions.recent.SHOWN", 2)
        people = crowd(acme, 3)
        made = [done_to(console, "deactivate", [each]) for each in people]

        first = console.get(JOBS).content.decode()
        second = console.get(JOBS, {"after": made[1].rstrip("/").rpartition("/")[2]})

        assert [each in first for each in made] == [False, True, True]
        assert [each in second.content.decode() for each in made] == [True, False, False]

    def test_says_what_to_do_where_there_is_none(self, console: Client) -> None:
        assert "Nothing was done to many at once" in text_of(console.get(JOBS))

    def test_shows_nothing_of_another_company(
        self, acme: Tenant, console: Client, other_console: Client
    ) -> None:
        address = done_to(console, "deactivate", crowd(acme, 1))

        assert address not in other_console.get(JOBS).content.decode()

    def test_costs_as_much_for_many_as_for_few(
        self, acme: Tenant, console: Client, django_assert_max_num_queries: Any
    ) -> None:
        for each in crowd(acme, 6):
            done_to(console, "deactivate", [each])

        with django_assert_max_num_queries(20):
            console.get(JOBS)
