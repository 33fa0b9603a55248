"""Fields of names are searches: which ones, what they offer to whom, and at what cost."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import pytest
from django import forms
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.groups.groups import GroupFields, create_group
from accounts.models import DirectoryGroup, Role, User
from accounts.services.users import UserFields, create_user, deactivate_user
from accounts.tenancy.scoping import tenant_scope
from console.base.change_list import MOST_WORDS
from console.base.picker import Named, Picker
from console.search.found import MOST
from tests.conftest import crowd, person, signed_in
from tests.support.html_forms import lxml_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import Tenant

NAME_NOBODY: Final = {
    "answer": "a note to a person",
    "metadata_text": "a document of an identity provider",
    "notes": "a sample of the page of components",
    "permission_lines": "keys of permissions at an application",
    "description": "what an access profile or a role is for",
    "lookup": "values of a lookup table",
}
"""Fields of several lines that name neither people nor groups, and what is in them."""

PAGES: Final = {
    "GroupForm": "/console/accounts/directorygroup/add/",
    "ProfileForm": "/console/accounts/accessprofile/add/",
    "RoleForm": "/console/provisioning/applicationrole/add/",
    "StartForm": "/console/reviews/new/",
}
"""Where the forms with such fields are shown; that of a scope is of one application."""


def subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


def long_fields() -> dict[tuple[str, str], forms.Field]:
    """Return the fields of several lines of all forms of the console, by form and name."""
    return {
        (form.__name__, name): field
        for form in sorted(set(subclasses(forms.BaseForm)), key=lambda each: each.__name__)
        if form.__module__.startswith("console.")
        for name, field in form.base_fields.items()
        if isinstance(field.widget, forms.Textarea)
    }


PICKED: Final = {
    key: field for key, field in long_fields().items() if isinstance(field.widget, Picker)
}
JUDGED: Final = [key for key in PICKED if "SampleForm" not in key]


def offered(browser: Client, typed: str, named: Named = Named.MEMBERS) -> list[dict[str, str]]:
    answer = browser.get(reverse("console:to-pick"), {"q": typed, "of": named})
    assert answer.status_code == HTTPStatus.OK, answer.content
    found: list[dict[str, str]] = answer.json()["found"]
    return found


def test_every_field_that_names_people_or_groups_is_a_search() -> None:
    assert {name for _form, name in long_fields() if name not in NAME_NOBODY} == {
        name for _form, name in PICKED
    }
    assert {form for form, _name in PICKED} == {*PAGES, "ScopeForm", "SampleForm"}
    assert len(PICKED) >= 8


@pytest.mark.parametrize(("form", "name"), JUDGED)
def test_a_field_takes_what_it_offers_and_means_the_same(
    acme: Tenant, console: Client, bob: User, form: str, name: str
) -> None:
    field = PICKED[form, name]
    assert isinstance(field.widget, Picker)
    with tenant_scope(acme):
        group = create_group(values=GroupFields(display_name="Bob's crew"))
    keys = {
        Named.PEOPLE: [bob.pk],
        Named.GROUPS: [group.pk],
        Named.MEMBERS: [bob.pk, group.pk],
    }[field.widget.named]

    lines = "\n".join(each["value"] for each in offered(console, "bob", field.widget.named))

    with tenant_scope(acme):
        assert field.clean(lines) == sorted(keys)


@pytest.mark.parametrize("form", PAGES)
def test_a_page_brings_the_search_with_its_field(console: Client, form: str) -> None:
    page = lxml_html.fromstring(console.get(PAGES[form]).content.decode())
    areas = page.xpath("//textarea[@data-picker]")

    assert {each.get("name") for each in areas} <= {name for of, name in PICKED if of == form}
    assert areas
    for area in areas:
        found = console.get(f"{area.get('data-picker')}bob").json()
        assert found["said"]
        assert all(area.get(f"data-{each}") for each in ("find", "chosen", "added", "failed"))
    assert page.xpath("//script[contains(@src, 'console/picker.js')]")


class TestOffers:
    def test_people_are_found_by_name_and_address_whatever_accents(
        self, acme: Tenant, console: Client
    ) -> None:
        with tenant_scope(acme):
            values = UserFields(
                user_name="omer", display_name="Ömer Çelik", email="celik@acme.example"
            )
            create_user(values=values)

        for typed in ("omer", "celik om", "celik@acme"):
            assert offered(console, typed) == [
                {"value": "omer", "name": "Ömer Çelik", "detail": ""}
            ], typed

    def test_who_is_deactivated_is_told(self, acme: Tenant, console: Client, bob: User) -> None:
        with tenant_scope(acme):
            deactivate_user(user=bob)

        assert [each["detail"] for each in offered(console, "bob")] == ["Deactivated"]

    def test_nothing_of_another_company_is_offered(
        self, acme: Tenant, globex: Tenant, console: Client, grace: User
    ) -> None:
        with tenant_scope(globex):
            create_group(values=GroupFields(display_name="Grace's crew"))

        assert offered(console, "grace") == []
        assert offered(signed_in(grace), "alice") == []

    def test_an_address_that_pages_do_not_show_a_role_finds_nobody_for_it(
        self, acme: Tenant, console: Client
    ) -> None:
        with tenant_scope(acme):
            values = UserFields(user_name="eve", display_name="Eve", email="hidden@acme.example")
            create_user(values=values)
        manager = signed_in(person(acme, "Max", Role.CHANGE_REQUEST_MANAGER))

        assert offered(console, "hidden")
        assert offered(manager, "hidden") == []
        assert offered(manager, "eve")

    def test_a_group_called_as_somebody_is_not_offered_as_a_member(
        self, acme: Tenant, console: Client, bob: User
    ) -> None:
        with tenant_scope(acme):
            create_group(values=GroupFields(display_name=bob.user_name))

        assert [each["detail"] for each in offered(console, "bob")] == [""]
        assert [each["detail"] for each in offered(console, "bob", Named.GROUPS)] == [
            "Directory group"
        ]

    def test_so_many_are_offered_and_no_more(self, acme: Tenant, console: Client) -> None:
        crowd(acme, MOST + 3)
        with tenant_scope(acme):
            for number in range(MOST + 3):
                create_group(values=GroupFields(display_name=f"crowd {number}"))

        answer = console.get(reverse("console:to-pick"), {"q": "crowd"}).json()

        assert len(answer["found"]) == 2 * MOST
        assert "There are more" in answer["said"]
        assert (
            "There are more"
            not in console.get(reverse("console:to-pick"), {"q": "crowd3 "}).json()["said"]
        )

    def test_nothing_typed_offers_nothing(self, acme: Tenant, console: Client) -> None:
        assert console.get(reverse("console:to-pick"), {"q": "  "}).json() == {
            "found": [],
            "said": "",
        }
        assert (
            "Nothing is called so"
            in console.get(reverse("console:to-pick"), {"q": "zzz"}).json()["said"]
        )

    @pytest.mark.parametrize(
        "asked",
        [
            {"q": "x" * 301},
            {"q": "a " * (MOST_WORDS + 1)},
            {"q": "\x00"},
            {"q": ["a", "b"]},
            {"of": "tenants"},
            {"page": "1"},
        ],
    )
    def test_what_it_is_not_asked_for_is_refused(
        self, console: Client, asked: dict[str, Any]
    ) -> None:
        assert console.get(reverse("console:to-pick"), asked).status_code == HTTPStatus.BAD_REQUEST

    @pytest.mark.parametrize("typed", ["%", "_", "\\", "'", '"><script>', "\u202e", "ß"])
    def test_hostile_words_are_words(self, acme: Tenant, console: Client, typed: str) -> None:
        assert offered(console, typed) == []


class TestCosts:
    @pytest.mark.parametrize("role", [Role.ADMIN, Role.CHANGE_REQUEST_MANAGER])
    def test_it_takes_the_same_statements_however_much_is_found(
        self, acme: Tenant, role: Role
    ) -> None:
        browser = signed_in(person(acme, "Pat", role))
        numbers = []
        for size in (1, 40):
            crowd(acme, size)
            with tenant_scope(acme):
                for number in range(size):
                    create_group(values=GroupFields(display_name=f"crowd {size} {number}"))
            offered(browser, "crowd")
            with CaptureQueriesContext(connection) as captured:
                offered(browser, "crowd")
            numbers.append(len(captured))
            with tenant_scope(acme):
                User.objects.filter(user_name__startswith="crowd").delete()

        assert numbers == [6, 6], [each["sql"][:120] for each in captured]

    def test_an_index_finds_people_among_many(self, acme: Tenant) -> None:
        # For an admin three thousand rows are compared as fast without it.
        browser = signed_in(person(acme, "Pat", Role.CHANGE_REQUEST_MANAGER))
        with tenant_scope(acme):
            names = (f"{number:05}@acme.example" for number in range(3_000))
            User.objects.bulk_create(
                User(tenant=acme, user_name=each, display_name=each) for each in names
            )
        with CaptureQueriesContext(connection) as captured:
            offered(browser, "crowd two", Named.PEOPLE)
        [statement] = [each["sql"] for each in captured if "LIKE" in each["sql"]]

        with connection.cursor() as cursor:
            cursor.execute("ANALYZE accounts_user")
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(row[0] for row in cursor.fetchall())

        assert "user_search_text" in plan, plan


def test_what_is_written_without_script_is_judged_as_before(
    acme: Tenant, console: Client, bob: User
) -> None:
    sent = {"name": "Finance", "description": "", "add_members": "nobody@acme.example"}
    page = console.post("/console/accounts/accessprofile/add/", sent).content.decode()

    assert "Nobody here is called nobody@acme.example" in page
    area = lxml_html.fromstring(page).xpath("//textarea[@name='add_members']")[0]
    assert area.text.strip() == "nobody@acme.example"
    with tenant_scope(acme):
        assert not DirectoryGroup.objects.exists()
