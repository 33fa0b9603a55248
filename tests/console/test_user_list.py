"""The user list and the form *Edit user settings*, as an admin uses them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import AccessProfile, OneTimeLink, Role, Session, User
from accounts.services.profiles import create_profile
from accounts.services.users import deactivate_user
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Seat, Subscription
from licenses.services import assign_seat
from tests.conftest import person, signed_in
from tests.support.html_forms import submit
from tests.support.many import ask, do

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

USERS = "/console/accounts/user/"


def save(browser: Client, user: User, **changes: Any) -> Any:
    return submit(browser, f"{USERS}{user.pk}/change/", **changes)


class TestList:
    def test_shows_each_person_with_a_menu(self, console: Client, bob: User) -> None:
        page = console.get(USERS).content.decode()

        for words in ("bob@acme.example", "Edit user settings", "Deactivate", "Send invitation"):
            assert words in page

    def test_finds_people_by_name(self, console: Client, bob: User) -> None:
        page = console.get(USERS, {"q": "bob"}).content.decode()

        assert "Actions for bob@acme.example" in page
        assert "Actions for alice@acme.example" not in page

    def test_filters_by_licence(self, console: Client, bob: User, crm: Subscription) -> None:
        with tenant_scope(crm.tenant):
            assign_seat(subscription=crm, user=bob)

        holders = console.get(USERS, {"licence": crm.pk}).content.decode()
        without = console.get(USERS, {"licence": "none"}).content.decode()

        assert f"{bob.pk}/change/" in holders
        assert f"{bob.pk}/change/" not in without

    def test_costs_the_same_for_more_people(
        self, console: Client, acme: Tenant, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(12):
            person(acme, f"Person{number}")

        with django_assert_max_num_queries(14):
            console.get(USERS)

    def test_export_contains_who_the_filter_shows_and_no_formulas(
        self, console: Client, acme: Tenant, bob: User
    ) -> None:
        with tenant_scope(acme):
            User.objects.filter(pk=bob.pk).update(display_name='=HYPERLINK("x")')

        response = console.get(f"{USERS}export/", {"q": "bob"})
        text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]

        assert "'=HYPERLINK" in text
        assert "alice" not in text
        assert "attachment" in response["Content-Disposition"]


class TestSettings:
    def test_saving_gives_and_takes_licences(
        self, console: Client, acme: Tenant, bob: User, crm: Subscription
    ) -> None:
        page = console.get(f"{USERS}{bob.pk}/change/").content.decode()
        assert "Product user licences" in page
        assert "CRM: 0 of 2 seats used" in page
        assert "Save user details" in page

        response = save(console, bob, licenses=[crm.pk])

        assert response.status_code == HTTPStatus.FOUND
        with tenant_scope(acme):
            assert Seat.objects.get(user=bob, released=None).granted_by == "alice@acme.example"

        save(console, bob, licenses=None)

        with tenant_scope(acme):
            assert Seat.objects.get(user=bob).released is not None

    def test_a_full_licence_explains_itself_and_is_refused(
        self, console: Client, acme: Tenant, bob: User, crm: Subscription
    ) -> None:
        with tenant_scope(acme):
            for name in ("Carol", "Dan"):
                assign_seat(subscription=crm, user=person(acme, name))

        page = console.get(f"{USERS}{bob.pk}/change/").content.decode()
        response = save(console, bob, given_name="Robert", licenses=[crm.pk])

        assert "All are taken" in page
        assert "All 2 seats of CRM are taken" in response.content.decode()
        with tenant_scope(acme):
            assert User.objects.get(pk=bob.pk).given_name == "Bob"

    def test_changes_profile_role_and_access_profiles(
        self, console: Client, acme: Tenant, bob: User
    ) -> None:
        with tenant_scope(acme):
            finance = create_profile(name="Finance")

        save(console, bob, given_name="Robert", role="editor", profiles=[finance.pk])

        with tenant_scope(acme):
            stored = User.objects.get(pk=bob.pk)
            assert (stored.given_name, stored.role) == ("Robert", Role.EDITOR)
            assert AccessProfile.objects.get(memberships__user=stored) == finance

    def test_a_new_address_becomes_the_work_address(
        self, console: Client, acme: Tenant, bob: User
    ) -> None:
        save(console, bob, email="robert@acme.example")

        with tenant_scope(acme):
            emails = User.objects.get(pk=bob.pk).attributes["emails"]
        assert emails == [{"value": "robert@acme.example", "type": "work", "primary": True}]

    @pytest.mark.parametrize(
        "change", [{"role": "member"}, {"active": None}], ids=["demoted", "deactivated"]
    )
    def test_the_last_active_admin_stays_one(
        self, console: Client, acme: Tenant, alice: User, change: dict[str, Any]
    ) -> None:
        response = save(console, alice, **change)

        assert response.status_code == HTTPStatus.OK
        assert "active admin" in response.content.decode()
        with tenant_scope(acme):
            stored = User.objects.get(pk=alice.pk)
        assert stored.is_admin

    def test_a_taken_user_name_is_an_error_of_the_field(
        self, console: Client, alice: User, bob: User
    ) -> None:
        response = save(console, bob, user_name="ALICE@acme.example")

        assert "already has this user name" in response.content.decode()


class TestAdd:
    def test_creates_and_invites(
        self,
        console: Client,
        acme: Tenant,
        mailoutbox: list[Any],
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        data = {"user_name": "dora@acme.example", "role": "member", "active": "on", "invite": "on"}

        with django_capture_on_commit_callbacks(execute=True):
            response = console.post(f"{USERS}add/", data)

        assert response.status_code == HTTPStatus.FOUND
        with tenant_scope(acme):
            dora = User.objects.get(user_name="dora@acme.example")
            assert dora.email == "dora@acme.example"
            assert OneTimeLink.objects.filter(user=dora).count() == 1
            assert not Seat.objects.filter(user=dora).exists()
        assert mailoutbox[0].to == ["dora@acme.example"]


class TestMenu:
    def test_deactivation_ends_sessions_and_releases_licences(
        self, console: Client, acme: Tenant, bob: User, crm: Subscription
    ) -> None:
        signed_in(bob)
        with tenant_scope(acme):
            assign_seat(subscription=crm, user=bob)

        console.post(f"{USERS}{bob.pk}/deactivate/")

        with tenant_scope(acme):
            assert not User.objects.get(pk=bob.pk).active
            assert not Seat.objects.filter(released=None).exists()
        assert not Session.objects.filter(user=bob).exists()

    def test_reactivation(self, console: Client, acme: Tenant, bob: User) -> None:
        with tenant_scope(acme):
            deactivate_user(user=bob)

        console.post(f"{USERS}{bob.pk}/reactivate/")

        with tenant_scope(acme):
            assert User.objects.get(pk=bob.pk).active

    @pytest.mark.parametrize("verb", ["deactivate", "delete"])
    def test_the_last_active_admin_stays(
        self, console: Client, acme: Tenant, alice: User, verb: str
    ) -> None:
        url = f"{USERS}{alice.pk}/{verb}/"
        response = console.post(url, {"post": "yes"}, follow=True)

        assert "last active admin" in response.content.decode()
        with tenant_scope(acme):
            assert User.objects.get(pk=alice.pk).is_admin

    def test_an_invitation_link_is_shown_once(self, console: Client, bob: User) -> None:
        response = console.post(f"{USERS}{bob.pk}/invite/")
        shown = console.get(response["Location"]).content.decode()
        again = console.get(response["Location"], follow=True).content.decode()

        assert "/link/" in shown
        assert "/link/" not in again
        assert "Send another one" in again
        with tenant_scope(bob.tenant):
            assert OneTimeLink.objects.count() == 1

    def test_a_link_in_the_menu_changes_nothing_by_itself(self, console: Client, bob: User) -> None:
        response = console.get(f"{USERS}{bob.pk}/deactivate/")

        assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED


class TestManyPeople:
    def test_seats_are_given_until_none_is_left(
        self, console: Client, acme: Tenant, crm: Subscription
    ) -> None:
        people = [person(acme, name) for name in ("Carol", "Dan", "Erin")]
        keys = [each.pk for each in people]
        assert "Show what follows" in ask(console, USERS, "assign_license", keys).content.decode()

        chosen = {"subscription": crm.pk}
        asked = ask(console, USERS, "assign_license", keys, **chosen).content.decode()
        assert "Assign the licence (2)" in asked
        assert "No seat of CRM is left for them." in asked
        page = do(console, USERS, "assign_license", keys, **chosen).content.decode()

        assert "All 2 seats of CRM are taken" in page
        with tenant_scope(acme):
            assert Seat.objects.filter(released=None).count() == 2

    def test_deleting_many_keeps_the_last_admin_and_goes_on(
        self, console: Client, acme: Tenant, alice: User, bob: User
    ) -> None:
        keys = [alice.pk, bob.pk]
        asked = ask(console, USERS, "delete_selected", keys).content.decode()
        assert "Delete 2 of this list?" in asked
        assert "The last active admin of this company stays." in asked

        page = do(console, USERS, "delete_selected", keys).content.decode()

        assert "The last active admin of this company stays." in page
        with tenant_scope(acme):
            assert list(User.objects.all()) == [alice]
