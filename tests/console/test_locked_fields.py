"""Fields that an identity provider fills, on the form of a person."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import AuditEntry, Role, User
from scim.models import Source
from scim.services.sources import delete_source
from tests.conftest import person, signed_in
from tests.support.html_forms import fill_in, submit, what_is_sent

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

USERS = "/console/accounts/user/"
HELD = ("user_name", "email", "given_name", "family_name", "display_name", "active")


@pytest.fixture
def held(in_acme: Tenant, okta: SCIMClient, bob: User) -> str:
    """The form of Bob, whom Okta has written."""
    push(okta, bob, "Bob")
    return f"{USERS}{bob.pk}/change/"


def push(scim: SCIMClient, user: User, title: str) -> None:
    body = {"Operations": [{"op": "replace", "path": "title", "value": title}]}
    scim.request("PATCH", f"/Users/{user.pk}", body, expect=200)


def test_a_held_field_shows_its_value_who_holds_it_and_the_way_to_change_it(
    console: Client, held: str
) -> None:
    page = console.get(held).content.decode()

    sent = what_is_sent(page, "version")
    assert not set(HELD) & set(sent)
    assert "role" in sent
    assert "<bdi>bob@acme.example</bdi>" in page
    assert page.count("Okta manages this field.") == len(HELD)
    assert "?unlock=display_name#id_display_name" in page


def test_people_whom_nobody_manages_have_no_locked_field(console: Client, bob: User) -> None:
    page = console.get(f"{USERS}{bob.pk}/change/").content.decode()

    assert set(HELD) <= set(what_is_sent(page, "version"))
    assert "manages this" not in page


@pytest.mark.parametrize("field", HELD)
def test_a_held_field_is_not_changed_by_accident(
    in_acme: Tenant, console: Client, bob: User, held: str, field: str
) -> None:
    before = User.objects.filter(pk=bob.pk).values().get()

    answer = submit(console, held, **{field: "" if field == "active" else "x@acme.example"})

    assert answer.status_code == HTTPStatus.FOUND
    assert User.objects.filter(pk=bob.pk).values().get() == before


def test_an_admin_changes_a_held_field_on_purpose_and_the_trail_says_so(
    in_acme: Tenant, console: Client, bob: User, held: str
) -> None:
    opened = f"{held}?unlock=display_name"
    page = console.get(opened).content.decode()
    assert "the next push overwrites it" in page
    assert "?unlock=display_name,given_name#id_given_name" in page

    answer = submit(console, opened, display_name="Robert", given_name="Robert")

    assert answer.status_code == HTTPStatus.FOUND
    stored = User.objects.get(pk=bob.pk)
    assert (stored.display_name, stored.given_name) == ("Robert", "Bob")
    entry = AuditEntry.objects.get(action="user.held_fields_changed")
    assert entry.details == {"changed": ["display_name"], "sources": ["Okta"]}
    assert entry.actor == "alice@acme.example"


def test_what_an_admin_changes_all_the_same_makes_no_source_of_them(
    in_acme: Tenant, console: Client, bob: User, held: str
) -> None:
    before = User.objects.get(pk=bob.pk).source_ids

    submit(console, f"{held}?unlock=display_name", display_name="Robert")

    assert User.objects.get(pk=bob.pk).source_ids == before


@pytest.mark.parametrize("names", ["nosuch", "display_name,display_name", "password", ","])
def test_only_fields_of_a_person_can_be_opened(console: Client, held: str, names: str) -> None:
    answer = console.get(f"{held}?unlock={names}")

    assert answer.status_code == HTTPStatus.BAD_REQUEST


def test_a_field_that_a_source_takes_while_the_form_is_open_is_told_and_not_written(
    in_acme: Tenant, console: Client, bob: User, okta: SCIMClient
) -> None:
    path = f"{USERS}{bob.pk}/change/"
    old: dict[str, Any] = fill_in(console, path, display_name="Robert", active=None)
    push(okta, bob, "x")

    page = console.post(path, old).content.decode()

    stored = User.objects.get(pk=bob.pk)
    assert (stored.display_name, stored.active) == ("Bob", True)
    assert "<bdi>Robert</bdi>" in page
    assert "somebody else changed" in page


def test_deleting_the_source_opens_the_fields_again(
    in_acme: Tenant, console: Client, bob: User, held: str
) -> None:
    delete_source(source=Source.objects.get())

    assert submit(console, held, display_name="Robert").status_code == HTTPStatus.FOUND
    assert User.objects.get(pk=bob.pk).display_name == "Robert"


class TestEditors:
    @pytest.fixture
    def editor(self, acme: Tenant) -> Client:
        return signed_in(person(acme, "Eve", Role.EDITOR))

    def test_they_change_names_of_people_whom_nobody_manages(
        self, in_acme: Tenant, editor: Client, bob: User
    ) -> None:
        path = f"{USERS}{bob.pk}/change/"

        assert submit(editor, path, display_name="Robert").status_code == HTTPStatus.FOUND

        assert User.objects.get(pk=bob.pk).display_name == "Robert"

    def test_they_change_no_name_of_people_whom_a_source_manages(
        self, in_acme: Tenant, editor: Client, bob: User, held: str
    ) -> None:
        for path in (held, f"{held}?unlock=display_name"):
            page = editor.get(path).content.decode()
            assert 'name="display_name"' not in page
            assert "Change anyway" not in page
            editor.post(path, {"display_name": "Robert"})

        assert User.objects.get(pk=bob.pk).display_name == "Bob"
