"""Directory groups and access profiles, as an admin uses their pages."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.groups import GroupFields, create_group
from accounts.models import AccessProfile, DirectoryGroup, Role, User
from accounts.services.profiles import change_profile_members, create_profile
from licenses.models import Product, Seat, Subscription
from tests.conftest import crowd, person, signed_in
from tests.support.html_forms import submit
from tests.support.many import do

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

GROUPS = "/console/accounts/directorygroup/"
PROFILES = "/console/accounts/accessprofile/"


def form(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "display_name": name,
        "mapped_role": "",
        "add_members": "",
        "remove_members": "",
        "custom_attributes-TOTAL_FORMS": "1",
        "custom_attributes-INITIAL_FORMS": "0",
        "custom_attributes-0-name": "",
        "custom_attributes-0-value": "",
        **changes,
    }


class TestGroups:
    def test_a_group_is_made_with_everything_its_members_get(
        self, in_acme: Tenant, console: Client, bob: User
    ) -> None:
        finance = create_profile(name="Finance")
        product = Product.objects.create(key="crm", name="CRM")
        crm = Subscription.objects.create(product=product, seats=1)
        create_group(values=GroupFields(display_name="Inner"))

        answer = console.post(
            f"{GROUPS}add/",
            form(
                "Sales",
                mapped_role="editor",
                add_members="BOB@acme.example\ninner\n",
                profiles=[str(finance.pk)],
                licenses=[str(crm.pk)],
                **{"custom_attributes-0-name": "region", "custom_attributes-0-value": "EMEA"},
            ),
        )
        assert answer.status_code == 302, answer.content.decode()

        sales = DirectoryGroup.objects.get(display_name="Sales")
        assert sales.members.count() == 2
        assert User.objects.get(pk=bob.pk).role == Role.EDITOR
        assert finance.memberships.get().user == bob
        assert Seat.objects.get(released=None).user == bob
        assert list(sales.custom_attributes.values_list("name", "value")) == [("region", "EMEA")]

        answer = submit(
            console,
            f"{GROUPS}{sales.pk}/change/",
            display_name="Sold",
            mapped_role="",
            licenses=None,
            remove_members="bob@acme.example",
            **{"custom_attributes-0-DELETE": "on"},
        )
        assert answer.status_code == 302, answer.content.decode()
        assert User.objects.get(pk=bob.pk).role == Role.MEMBER
        assert not Seat.objects.filter(released=None).exists()
        assert not sales.custom_attributes.exists()
        assert submit(console, f"{GROUPS}{sales.pk}/delete/", field="post").status_code == 302
        assert not DirectoryGroup.objects.filter(display_name="Sold").exists()

    def test_members_who_wait_for_a_seat_are_shown(
        self, in_acme: Tenant, console: Client, bob: User
    ) -> None:
        product = Product.objects.create(key="crm", name="CRM")
        crm = Subscription.objects.create(product=product, seats=0)
        sent = form("Sales", add_members="bob@acme.example", licenses=[str(crm.pk)])
        console.post(f"{GROUPS}add/", sent)
        sales = DirectoryGroup.objects.get()
        assert "CRM: 1" in console.get(f"{GROUPS}{sales.pk}/change/").content.decode()

    def test_refusals_are_shown_and_change_nothing(
        self, in_acme: Tenant, console: Client, alice: User
    ) -> None:
        create_group(values=GroupFields(display_name="Taken"))
        for sent, reason in (
            (form("TAKEN"), "already has a group"),
            (form("New", add_members="nobody@acme.example"), "Nobody here is called"),
            (
                form("New", mapped_role="editor", add_members="alice@acme.example"),
                "without an active admin",
            ),
        ):
            page = console.post(f"{GROUPS}add/", sent)
            assert page.status_code == 200
            assert reason in page.content.decode()
        assert DirectoryGroup.objects.count() == 1

    def test_the_list_is_searched(self, in_acme: Tenant, console: Client) -> None:
        for name in ("Sales", "Support"):
            create_group(values=GroupFields(display_name=name))
        page = console.get(f"{GROUPS}?q=sal").content.decode()
        assert "Sales" in page
        assert "Support" not in page


class TestProfiles:
    def test_a_profile_is_made_filled_and_deleted(
        self, in_acme: Tenant, console: Client, bob: User
    ) -> None:
        sent = {"name": "Finance", "description": "", "add_members": "bob@acme.example"}
        assert console.post(f"{PROFILES}add/", sent).status_code == 302
        finance = AccessProfile.objects.get(name="Finance")
        path = f"{PROFILES}{finance.pk}/change/"
        assert f"profile:{finance.pk}" in console.get(path).content.decode()
        assert finance.memberships.get().user == bob

        changes = {"name": "Money", "description": "x", "remove_members": "bob@acme.example"}
        assert submit(console, path, **changes).status_code == 302
        assert not finance.memberships.exists()
        assert submit(console, f"{PROFILES}{finance.pk}/delete/", field="post").status_code == 302
        assert not AccessProfile.objects.filter(pk=finance.pk).exists()

    def test_the_default_profile_stays(self, in_acme: Tenant, console: Client) -> None:
        default = AccessProfile.objects.get(is_default=True)
        assert console.post(f"{PROFILES}{default.pk}/delete/", {"post": "yes"}).status_code == 403
        do(console, PROFILES, "delete_selected", [default.pk])
        assert AccessProfile.objects.filter(pk=default.pk).exists()


class TestAccess:
    def test_another_tenant_sees_nothing_of_it(
        self, in_acme: Tenant, other_console: Client, bob: User
    ) -> None:
        secret = create_group(values=GroupFields(display_name="Secret"), member_ids=[bob.pk])
        hidden = create_profile(name="Hidden")
        for path in (f"{GROUPS}{secret.pk}/change/", f"{PROFILES}{hidden.pk}/change/"):
            assert other_console.get(path).status_code == HTTPStatus.NOT_FOUND
            assert other_console.post(path, {"name": "x"}).status_code == HTTPStatus.NOT_FOUND
        assert b"Secret" not in other_console.get(GROUPS).content
        page = other_console.post(f"{GROUPS}add/", form("Ours", add_members="bob@acme.example"))
        assert "Nobody here is called" in page.content.decode()

    def test_reviewers_look_and_change_nothing(self, in_acme: Tenant, bob: User) -> None:
        reviewer = signed_in(person(in_acme, "Rita", Role.ACCESS_REVIEW_MANAGER))
        sales = create_group(values=GroupFields(display_name="Sales"), member_ids=[bob.pk])
        path = f"{GROUPS}{sales.pk}/change/"
        assert "bob@acme.example" in reviewer.get(path).content.decode()
        assert reviewer.post(path, form("Sold")).status_code == 403


class TestMembers:
    """Whatever has members shows them all: searched, in pages, to who may see the thing."""

    @pytest.fixture(params=[GROUPS, PROFILES])
    def page(self, request: pytest.FixtureRequest, in_acme: Tenant) -> str:
        """The page of the members of something with 150 of them, Ömer and one group among them."""
        people = [person(in_acme, "Omer"), *crowd(in_acme, 149)]
        User.objects.filter(pk=people[0].pk).update(display_name="Ömer")
        ids = tuple(each.pk for each in people)
        if request.param == GROUPS:
            group = create_group(values=GroupFields(display_name="All"), member_ids=ids)
            return f"{GROUPS}{group.pk}/members/"
        profile = create_profile(name="All")
        change_profile_members(profile=profile, deltas=[MemberDelta(add=ids)])
        return f"{PROFILES}{profile.pk}/members/"

    def test_the_form_leads_to_all_of_them(self, console: Client, page: str) -> None:
        form_page = console.get(page.replace("/members/", "/change/")).content.decode()

        assert f'<a href="{page}">All members (150)</a>' in form_page

    def test_every_member_is_on_some_page(self, console: Client, page: str) -> None:
        pages = [console.get(page, {"p": number}).content.decode() for number in ("1", "2")]

        shown = [re.findall(r"<bdi>(crowd\d+|omer@\S+?)</bdi>", each) for each in pages]
        names = {name for each in shown for name in each}
        assert len(names) == 150
        assert "1 to 100 of 150" in pages[0]
        assert "101 to 150 of 150" in pages[1]

    def test_members_are_found_by_a_part_of_their_name(self, console: Client, page: str) -> None:
        found = console.get(page, {"q": "omer"}).content.decode()

        assert "Ömer" in found
        assert "1 to 1 of 1" in found
        assert "crowd" not in found

    def test_who_may_not_see_the_thing_sees_no_member(
        self, in_acme: Tenant, other_console: Client, page: str
    ) -> None:
        assert other_console.get(page).status_code == HTTPStatus.NOT_FOUND
        editor = signed_in(person(in_acme, "Eve", Role.EDITOR))
        assert editor.get(page).status_code == HTTPStatus.FORBIDDEN
        manager = signed_in(person(in_acme, "Max", Role.CHANGE_REQUEST_MANAGER))
        assert manager.get(page).status_code == HTTPStatus.OK
