"""The user list's filters, columns, counts and pages, through its address.

Filters and columns are read from their registers, so that a new one is tested unasked.
"""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.models import Role, User
from accounts.services.profiles import add_profile_members, create_profile
from accounts.services.users import deactivate_user
from accounts.tenancy.scoping import tenant_scope
from console.base import counting
from console.base.access import Access, access_of
from console.people.columns import COLUMNS
from console.people.filters import FILTERS
from licenses.models import Product, Subscription
from licenses.services import assign_seat
from scim.models import Source
from tests.conftest import person, signed_in

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

USERS = "/console/accounts/user/"
NAMES = [each.name for each in FILTERS]
OTHER_ROLES = [Role.EDITOR, Role.ACCESS_REVIEW_MANAGER]
"""Those that see the list, beside admins."""


def shown(browser: Client, **query: Any) -> str:
    response = browser.get(USERS, query)
    assert response.status_code == HTTPStatus.OK, response.content.decode()
    return response.content.decode()


def who(page: str) -> set[str]:
    """Return the user names in the list."""
    return set(
        re.findall(r'<span class="gh-hidden">([^<]+@[^<]+)</span><span class="gh-addr', page)
    )


def choices(page: str, name: str) -> dict[str, tuple[str, str]]:
    """Return what a filter offers: values, each with its words and its count."""
    section = page[page.index('id="choices"') :]
    section = section[: section.index("</section>")]
    links = re.findall(
        r'href="\?([^"]*)"[^>]*><bdi>([^<]*)</bdi> <span class="gh-count">([^<]*)<', section
    )
    found = {}
    for query, words, count in links:
        found[dict(parse_qsl(unescape(query)))[name]] = (unescape(words), count)
    return found


@pytest.fixture
def matching(acme: Tenant, alice: User, bob: User, crm: Subscription) -> dict[str, str]:
    """For each filter a value that means Bob, and not Alice."""
    with tenant_scope(acme):
        profile = create_profile(name="West")
        add_profile_members(profile=profile, user_ids=[bob.pk])
        group = create_group(values=GroupFields(display_name="Sales"), member_ids=[bob.pk])
        assign_seat(subscription=crm, user=bob)
        source = Source.objects.create(name="Okta")
        deactivated = person(acme, "Dana")
        deactivate_user(user=deactivated)
        now = timezone.now()
        User.objects.filter(pk=bob.pk).update(
            source_ids=[source.pk],
            last_login=None,
            created=now - timedelta(days=100),
            email="bob@bobs.example",
            email_ci="bob@bobs.example",
            role=Role.EDITOR,
        )
        User.objects.exclude(pk=bob.pk).update(last_login=now)
    return {
        "status": "active",
        "role": "editor",
        "source": str(source.pk),
        "licence": str(crm.pk),
        "profile": str(profile.pk),
        "group": str(group.pk),
        "never": "yes",
        "idle": "90",
        "domain": "bobs.example",
    }


@pytest.mark.parametrize("name", NAMES)
class TestEveryFilter:
    def test_leaves_whom_it_means(
        self, console: Client, matching: dict[str, str], name: str
    ) -> None:
        found = who(shown(console, **{name: matching[name]}))

        assert "bob@acme.example" in found
        assert ("alice@acme.example" in found) == (name == "status")
        assert "dana@acme.example" not in found

    def test_is_a_chip_that_takes_it_away(
        self, console: Client, matching: dict[str, str], name: str
    ) -> None:
        page = shown(console, **{name: matching[name]}, q="acme")

        chip = re.search(r'class="gh-chip">.*?<a href="(\?[^"]*)" aria-label="Remove', page, re.S)
        assert chip is not None
        without = console.get(USERS + unescape(chip[1])).content.decode()
        assert 'class="gh-chip"' not in without
        assert "dana@acme.example" in who(without)

    def test_offers_its_value_with_the_number_that_it_leaves(
        self, console: Client, matching: dict[str, str], name: str
    ) -> None:
        offered = choices(shown(console, choose=name), name)
        numbers = {value: int(count) for value, (_words, count) in offered.items()}

        assert matching[name] in numbers
        for value, number in numbers.items():
            assert len(who(shown(console, **{name: value}))) == number, value

    def test_counts_whom_the_other_filters_and_the_search_leave(
        self, console: Client, matching: dict[str, str], name: str
    ) -> None:
        page = shown(console, choose=name, q="nobody-is-called-so")

        assert {count for _words, count in choices(page, name).values()} <= {"0"}

    def test_refuses_what_another_tenant_has(
        self, console: Client, globex: Tenant, matching: dict[str, str], name: str
    ) -> None:
        with tenant_scope(globex):
            product = Product.objects.get(key="crm")
            theirs = {
                "source": Source.objects.create(name="Foreign source").pk,
                "licence": Subscription.objects.create(product=product, seats=1).pk,
                "profile": create_profile(name="Foreign profile").pk,
                "group": create_group(values=GroupFields(display_name="Foreign group")).pk,
            }
        page = console.get(USERS, {name: str(theirs.get(name, "Foreign thing"))})

        assert page.status_code == HTTPStatus.BAD_REQUEST
        assert "Foreign " not in page.content.decode().replace("Foreign thing", "")
        assert "Foreign " not in shown(console, choose=name)

    @pytest.mark.parametrize("role", OTHER_ROLES)
    def test_is_there_for_whoever_may_see_what_it_tells_of(
        self, acme: Tenant, matching: dict[str, str], name: str, role: Role
    ) -> None:
        pat = person(acme, "Pat", role)
        page_of = {each.name: each.page for each in FILTERS}
        answer = signed_in(pat).get(USERS, {name: matching[name]})
        menu = signed_in(pat).get(USERS).content.decode()

        is_allowed = Access.VIEW in access_of(pat, page_of[name])
        assert (answer.status_code == HTTPStatus.OK) == is_allowed
        assert (f"choose={name}#" in menu) == is_allowed


@pytest.mark.parametrize("name", sorted(COLUMNS))
class TestEveryColumn:
    def test_can_be_shown_and_hidden(self, console: Client, bob: User, name: str) -> None:
        page, without = shown(console, columns=name), shown(console, columns="")

        assert f"field-{name}" in page
        assert f"field-{name}" not in without
        assert "bob@acme.example" in who(without)

    @pytest.mark.parametrize("role", OTHER_ROLES)
    def test_is_there_for_whoever_may_see_what_it_tells(
        self, acme: Tenant, bob: User, name: str, role: Role
    ) -> None:
        pat = person(acme, "Pat", role)
        answer = signed_in(pat).get(USERS, {"columns": name})

        is_allowed = Access.VIEW in access_of(pat, COLUMNS[name].page)
        assert (answer.status_code == HTTPStatus.OK) == is_allowed


def test_idle_people_are_also_those_who_never_came_since_they_were_made(
    acme: Tenant, console: Client, bob: User
) -> None:
    with tenant_scope(acme):
        User.objects.filter(pk=bob.pk).update(created=timezone.now() - timedelta(days=10))

    assert "bob@acme.example" in who(shown(console, idle="9"))
    assert "bob@acme.example" not in who(shown(console, idle="11"))


def test_choices_of_which_there_are_many_are_found_by_name(acme: Tenant, console: Client) -> None:
    with tenant_scope(acme):
        members = [User.objects.get(user_name="alice@acme.example").pk]
        for number in range(60):
            values = GroupFields(display_name=f"Gruppe {number:02}")
            create_group(values=values, member_ids=members)

    offered = choices(shown(console, choose="group"), "group")
    found = choices(shown(console, choose="group", among="grüppe 59"), "group")

    assert len(offered) == 50
    assert [words for words, _count in found.values()] == ["Gruppe 59"]


class TestCounts:
    @pytest.fixture(autouse=True)
    def _few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take ten rows for ten thousand, wherever the number is used."""
        for module in ("base.counting", "people.list_page", "people.facets", "people.saved_views"):
            monkeypatch.setattr(f"console.{module}.EXACT", 10)
        monkeypatch.setattr("console.people.users.UserAdmin.list_per_page", 5)

    def test_are_exact_as_far_as_they_are_counted_and_then_about(
        self, acme: Tenant, console: Client
    ) -> None:
        for number in range(8):
            person(acme, f"Person{number}")
        assert "8 results" in shown(console, q="person")
        for number in range(8, 14):
            person(acme, f"Person{number}")

        assert "about " in shown(console, q="person")
        assert "15 people" in shown(console)  # Everybody is known exactly.

    def test_pages_end_where_counting_ends(self, acme: Tenant, console: Client) -> None:
        for number in range(14):
            person(acme, f"Person{number:02}")

        last = shown(console, p="9999")

        assert who(last) == {f"person{number:02}@acme.example" for number in range(4, 9)}
        assert "Search or filter to see the others." in last
        assert "p=3" not in last

    def test_of_choices_are_about_when_more_match(self, acme: Tenant, console: Client) -> None:
        for number in range(14):
            person(acme, f"Person{number:02}")

        offered = choices(shown(console, choose="role"), "role")

        assert offered["member"][1].startswith("about ")


class TestStatements:
    @pytest.mark.parametrize("name", ["", *NAMES])
    def test_are_as_many_for_more_people_and_more_choices(
        self, acme: Tenant, console: Client, matching: dict[str, str], name: str
    ) -> None:
        query = {"choose": name} if name else {}
        few = statements(console, query)
        with tenant_scope(acme):
            for number in range(12):
                user = person(acme, f"Person{number}")
                profile = create_profile(name=f"Profile {number}")
                add_profile_members(profile=profile, user_ids=[user.pk])
                values = GroupFields(display_name=f"Group {number}")
                create_group(values=values, member_ids=[user.pk])
                Source.objects.create(name=f"Source {number}")

        assert statements(console, query) == few
        assert few <= 14 + 4


def statements(browser: Client, query: dict[str, str]) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        browser.get(USERS, query)
    return len(captured)


@pytest.mark.parametrize("name", ["q", "o", "p", "columns", "choose", "among", "save", *NAMES])
@pytest.mark.parametrize(
    "value",
    ["x" * 1_000_000, "\x00", "'; DROP TABLE accounts_user; --", "\ud800", "٣", "-1", "1e9"],
)
def test_hostile_values_are_refused_or_find_nothing(
    console: Client, bob: User, name: str, value: str
) -> None:
    query = urlencode({name: value}, errors="surrogatepass")
    response = console.get(f"{USERS}?{query}")

    assert response.status_code in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}
    if response.status_code == HTTPStatus.OK:
        assert name in {"q", "among", "o", "save"}


assert counting.EXACT == 10_000, "The documents say so."
