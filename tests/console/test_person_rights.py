"""Each role sees of a person's page what it may see elsewhere, and costs no statement for the rest.

Roles are those of the product, sections those of the page, so that a new one is tested unasked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.groups.groups import GroupFields, create_group
from accounts.models import Role
from accounts.services.users import deactivate_user
from accounts.tenancy.scoping import tenant_scope
from console.base.access import ACCESS, Access
from console.person.look import Look
from console.person.sections import SECTIONS
from licenses.group_licenses import set_group_licenses
from scim.models import RequestLogEntry
from tests.conftest import person, signed_in
from tests.support.html_forms import lxml_html

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from accounts.models import Tenant, User
    from licenses.models import Subscription
    from scim.models import Source

pytestmark = pytest.mark.django_db

EVERYTHING: Final = frozenset(SECTIONS)
SEEN: Final = {
    Role.ADMIN: EVERYTHING,
    Role.EDITOR: {"licences", "profile"},
    Role.ACCESS_REVIEW_MANAGER: EVERYTHING - {"applications", "asked"},
}
"""What each role sees; the others do not see people."""

HIDDEN: Final = [
    (role, name) for role, seen in SEEN.items() for name in SECTIONS if name not in seen
]


def page_of(browser: Client, user: User) -> str:
    return browser.get(f"/console/accounts/user/{user.pk}/change/").content.decode()


def sections_on(page: str) -> set[str]:
    found = lxml_html.fromstring(page).xpath("//section[starts-with(@id, 'person-')]/@id")
    return {each.removeprefix("person-") for each in found}


def test_the_table_names_each_role_that_sees_people() -> None:
    assert {role for role, may in ACCESS["accounts.user"].items() if Access.VIEW in may} == {*SEEN}


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_its_sections_and_no_other(acme: Tenant, bob: User, role: Role) -> None:
    browser = signed_in(person(acme, "Olive", role))

    assert sections_on(page_of(browser, bob)) == SEEN.get(role, set())


@pytest.mark.parametrize(("role", "name"), HIDDEN)
def test_a_section_that_is_not_there_costs_no_statement(
    acme: Tenant, alice: User, bob: User, role: Role, name: str
) -> None:
    request = RequestFactory().get("/")
    request.user, request.session = alice, signed_in(alice).session
    with tenant_scope(acme):
        its_own = about(bob, lambda: SECTIONS[name].facts(Look(request, bob)))
    assert its_own
    browser = signed_in(person(acme, "Olive", role))

    made = about(bob, lambda: page_of(browser, bob))

    assert not its_own & made


def about(user: User, do: Callable[[], object]) -> set[str]:
    """Return the statements about ``user`` that this makes, moments left out."""
    with CaptureQueriesContext(connection) as captured:
        do()
    made = {re.sub(r"'20\d\d-[^']*'", "now", each["sql"]) for each in captured}
    # Keys that are no text stand in a statement without their hyphens.
    return {each for each in made if str(user.pk) in each or user.pk.hex in each}


@pytest.mark.parametrize("role", SEEN)
def test_what_is_left_of_a_leaver_tells_of_places_that_the_role_sees(
    acme: Tenant, bob: User, role: Role
) -> None:
    with tenant_scope(acme):
        deactivate_user(user=bob)
    browser = signed_in(person(acme, "Olive", role))

    [left] = lxml_html.fromstring(page_of(browser, bob)).xpath("//section[@id='person-leaving']")

    words = left.text_content()
    assert "Seats" in words
    assert ("Sessions" in words) == ("sessions" in SEEN[role])
    assert ("Deactivated by" in words) == ("history" in SEEN[role])


def test_an_editor_is_told_that_a_group_gives_the_seat_but_not_which(
    acme: Tenant, bob: User, crm: Subscription
) -> None:
    with tenant_scope(acme):
        group = create_group(values=GroupFields(display_name="Secret plans"), member_ids=[bob.pk])
        set_group_licenses(group=group, subscriptions=[crm])

    page = page_of(signed_in(person(acme, "Eddie", Role.EDITOR)), bob)

    assert "Through a directory group" in page
    assert "Secret plans" not in page


def test_a_reviewer_sees_requests_of_the_sources_in_their_profiles_only(
    acme: Tenant, bob: User, source: Source
) -> None:
    reviewer = signed_in(person(acme, "Rita", Role.ACCESS_REVIEW_MANAGER))
    with tenant_scope(acme):
        RequestLogEntry.objects.create(
            source=source,
            source_name=source.name,
            method="PATCH",
            route="/Users/{id}",
            resource_id=str(bob.pk),
            status=200,
        )
    assert "PATCH /Users/{id}" in page_of(reviewer, bob)

    with tenant_scope(acme):
        source.profiles.all().delete()

    assert "PATCH /Users/{id}" not in page_of(reviewer, bob)


def test_only_who_may_do_everything_finds_buttons(acme: Tenant, bob: User) -> None:
    for role in SEEN:
        page = page_of(signed_in(person(acme, f"O{role}", role)), bob)

        for button in ("sign_out", "deactivate"):
            assert (f"/{button}/" in page) == (role == Role.ADMIN), (role, button)
