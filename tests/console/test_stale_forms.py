"""Forms that were open while somebody else changed what they show."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from accounts.groups.groups import GroupFields, create_group
from accounts.models import AccessProfile, AuditEntry, DirectoryGroup, ProfileMembership, User
from accounts.services.profiles import add_profile_members, create_profile
from licenses.models import Product, Seat, Subscription
from licenses.services import assign_seat
from tests.support.html_forms import fill_in, what_is_sent
from tests.support.overlap import overlap

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

USERS = "/console/accounts/user/"
GROUPS = "/console/accounts/directorygroup/"


@pytest.fixture
def form_of_bob(bob: User) -> str:
    return f"{USERS}{bob.pk}/change/"


def switch(scim: SCIMClient, user: User, *, active: bool) -> None:
    operation = {"op": "replace", "path": "active", "value": active}
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [operation],
    }
    scim.request("PATCH", f"/Users/{user.pk}", body, expect=200)


class TestPerson:
    def test_a_form_of_an_old_tab_reactivates_nobody(
        self, in_acme: Tenant, console: Client, bob: User, form_of_bob: str, scim: SCIMClient
    ) -> None:
        old = fill_in(console, form_of_bob, display_name="Robert")
        switch(scim, bob, active=False)

        answer = console.post(form_of_bob, old)

        page = answer.content.decode()
        stored = User.objects.get(pk=bob.pk)
        assert (stored.active, stored.display_name) == (False, "Bob")
        assert not AuditEntry.objects.filter(action="user.reactivated").exists()
        assert "somebody else changed" in page
        for words in ("Active", "<bdi>yes</bdi>", "<bdi>no</bdi>", "by SCIM: Okta"):
            assert words in page
        assert AuditEntry.objects.filter(action="user.refused", target_id=str(bob.pk)).exists()

    def test_the_second_save_decides_and_writes_what_was_typed_only(
        self, in_acme: Tenant, console: Client, bob: User, form_of_bob: str, scim: SCIMClient
    ) -> None:
        old = fill_in(console, form_of_bob, display_name="Robert")
        switch(scim, bob, active=False)
        page = console.post(form_of_bob, old).content.decode()

        again = what_is_sent(page, "version")
        assert again["display_name"] == ["Robert"]
        assert "active" not in again
        assert console.post(form_of_bob, again).status_code == HTTPStatus.FOUND

        stored = User.objects.get(pk=bob.pk)
        assert (stored.active, stored.display_name) == (False, "Robert")

    @pytest.mark.parametrize("version", [None, "forged", "other"])
    def test_a_form_without_its_record_writes_nothing(
        self, in_acme: Tenant, console: Client, bob: User, form_of_bob: str, version: str | None
    ) -> None:
        sent: dict[str, Any] = fill_in(console, form_of_bob, display_name="Robert")
        alice = User.objects.get(user_name="alice@acme.example")
        of_alice = fill_in(console, f"{USERS}{alice.pk}/change/")["version"]
        sent["version"] = of_alice if version == "other" else version or ""

        page = console.post(form_of_bob, sent).content.decode()

        assert "without the record" in page
        assert User.objects.get(pk=bob.pk).display_name == "Bob"
        again = what_is_sent(page, "version")
        assert console.post(form_of_bob, again).status_code == HTTPStatus.FOUND
        assert User.objects.get(pk=bob.pk).display_name == "Robert"

    def test_a_form_that_is_sent_twice_does_no_harm(
        self, in_acme: Tenant, console: Client, bob: User, form_of_bob: str
    ) -> None:
        sent = fill_in(console, form_of_bob, display_name="Robert")

        answers = [console.post(form_of_bob, sent).status_code for _time in range(2)]

        assert answers == [HTTPStatus.FOUND, HTTPStatus.FOUND]
        updates = AuditEntry.objects.filter(action="user.updated", target_id=str(bob.pk))
        assert updates.count() == 1

    def test_a_form_that_nobody_touched_writes_nothing(
        self, in_acme: Tenant, console: Client, bob: User, form_of_bob: str
    ) -> None:
        User.objects.filter(pk=bob.pk).update(
            display_name="Bob\nBy line", given_name=" Bob", attributes={"title": "x"}
        )
        before = User.objects.filter(pk=bob.pk).values().get()

        answer = console.post(form_of_bob, fill_in(console, form_of_bob))

        assert answer.status_code == HTTPStatus.FOUND
        assert User.objects.filter(pk=bob.pk).values().get() == before

    def test_profiles_and_licences_that_others_gave_stay(
        self, in_acme: Tenant, console: Client, bob: User, form_of_bob: str
    ) -> None:
        finance, sales = create_profile(name="Finance"), create_profile(name="Sales")
        product = Product.objects.create(key="crm", name="CRM")
        crm = Subscription.objects.create(product=product, seats=1)
        old = fill_in(console, form_of_bob, profiles=[str(sales.pk)])
        add_profile_members(profile=finance, user_ids=[bob.pk])
        assign_seat(subscription=crm, user=bob)

        page = console.post(form_of_bob, old).content.decode()
        assert "Finance" in page
        assert console.post(form_of_bob, what_is_sent(page, "version")).status_code == 302

        names = AccessProfile.objects.filter(memberships__user=bob).values_list("name", flat=True)
        assert set(names) == {"Finance", "Sales"}
        assert Seat.objects.filter(user=bob, released=None).exists()


class TestRows:
    """Custom attributes stand on the form of a group, a row for each."""

    @pytest.fixture
    def form_of_sales(self, in_acme: Tenant, console: Client) -> str:
        sales = create_group(values=GroupFields(display_name="Sales"))
        path = f"{GROUPS}{sales.pk}/change/"
        row = {"custom_attributes-0-name": "region", "custom_attributes-0-value": "EMEA"}
        assert console.post(path, fill_in(console, path, **row)).status_code == HTTPStatus.FOUND
        return path

    def attributes(self) -> dict[str, str]:
        group = DirectoryGroup.objects.get()
        return dict(group.custom_attributes.values_list("name", "value"))

    def test_rows_of_two_tabs_are_both_kept(
        self, in_acme: Tenant, console: Client, form_of_sales: str
    ) -> None:
        def with_row(name: str) -> dict[str, Any]:
            row = {"custom_attributes-1-name": name, "custom_attributes-1-value": "1"}
            return fill_in(console, form_of_sales, **row)

        first, second = with_row("tier"), with_row("cost")
        assert console.post(form_of_sales, first).status_code == HTTPStatus.FOUND

        page = console.post(form_of_sales, second).content.decode()
        assert "tier" in page
        assert self.attributes() == {"region": "EMEA", "tier": "1"}
        again = what_is_sent(page, "version")
        assert console.post(form_of_sales, again).status_code == HTTPStatus.FOUND

        assert self.attributes() == {"region": "EMEA", "tier": "1", "cost": "1"}

    def test_a_row_that_somebody_removed_comes_back_only_if_it_was_typed_into(
        self, in_acme: Tenant, console: Client, form_of_sales: str
    ) -> None:
        renamed = fill_in(console, form_of_sales, display_name="Sold")
        typed = fill_in(console, form_of_sales, **{"custom_attributes-0-value": "APAC"})
        gone = fill_in(console, form_of_sales, **{"custom_attributes-0-DELETE": "on"})
        assert console.post(form_of_sales, gone).status_code == HTTPStatus.FOUND

        for sent, left in ((renamed, {}), (typed, {"region": "APAC"})):
            page = console.post(form_of_sales, sent).content.decode()
            assert self.attributes() == {}
            again = what_is_sent(page, "version")
            assert console.post(form_of_sales, again).status_code == HTTPStatus.FOUND
            assert self.attributes() == left

    def test_a_form_that_is_sent_twice_adds_a_row_once(
        self, in_acme: Tenant, console: Client, form_of_sales: str
    ) -> None:
        row = {"custom_attributes-1-name": "tier", "custom_attributes-1-value": "1"}
        sent = fill_in(console, form_of_sales, **row)

        assert [console.post(form_of_sales, sent).status_code for _time in range(2)] == [302, 302]

        assert self.attributes() == {"region": "EMEA", "tier": "1"}


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_two_forms_sent_at_once_one_wins_and_the_other_is_told(
        self, in_acme: Tenant, console: Client, bob: User, form_of_bob: str
    ) -> None:
        first = fill_in(console, form_of_bob, display_name="First")
        second = fill_in(console, form_of_bob, given_name="Second")
        answers: list[Any] = []

        errors = overlap(
            in_acme,
            lambda: console.post(form_of_bob, first),
            lambda: answers.append(console.post(form_of_bob, second)),
        )

        assert errors == [None, None]
        assert "<bdi>First</bdi>" in answers[0].content.decode()
        stored = User.objects.get(pk=bob.pk)
        assert (stored.display_name, stored.given_name) == ("First", "Bob")

    def test_who_is_put_into_a_profile_while_a_form_is_saved_stays_there(
        self, in_acme: Tenant, console: Client, bob: User, form_of_bob: str
    ) -> None:
        finance, sales = create_profile(name="Finance"), create_profile(name="Sales")
        sent = fill_in(console, form_of_bob, profiles=[str(sales.pk)])

        errors = overlap(
            in_acme,
            lambda: add_profile_members(profile=finance, user_ids=[bob.pk]),
            lambda: console.post(form_of_bob, sent),
        )

        assert errors == [None, None]
        held = ProfileMembership.objects.filter(user=bob).values_list("profile_id", flat=True)
        assert set(held) == {finance.pk, sales.pk}
