"""Saved views of the user list: whose they are, what they keep, and what is refused."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, SavedView, User
from accounts.services.saved_views import MOST_VIEWS
from accounts.services.users import delete_user
from accounts.tenancy.scoping import tenant_scope
from tests.conftest import person, signed_in

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

USERS = "/console/accounts/user/"
VIEWS = f"{USERS}views/"
ROLES = [Role.ADMIN, Role.EDITOR, Role.ACCESS_REVIEW_MANAGER]
"""Those that see the list."""


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    cache.clear()


def save(browser: Client, name: str, query: str = "status=inactive") -> str:
    """Save a view as the form on the list does; return what the page says then."""
    response = browser.post(f"{VIEWS}save/?{query}", {"name": name}, follow=True)
    assert response.status_code == HTTPStatus.OK
    return str(response.content.decode())


def views(tenant: Tenant, **conditions: Any) -> list[SavedView]:
    with tenant_scope(tenant):
        return list(SavedView.objects.filter(**conditions).order_by("pk"))


def tabs(page: str) -> dict[str, tuple[str, bool]]:
    """Return the tabs: each with its count, and whether it is open."""
    tab = r'<a href="\?[^"]*"( aria-current="true")?><bdi>(.*?)</bdi> <span class="gh-count">(.*?)<'
    found = re.findall(tab, page[: page.index("</nav>", page.index("gh-tabs"))])
    return {name: (count, bool(is_open)) for is_open, name, count in found}


def test_a_changed_view_is_offered_to_be_saved_and_is_a_tab_then(
    acme: Tenant, console: Client, bob: User
) -> None:
    assert "Save this view" not in console.get(USERS).content.decode()
    changed = console.get(USERS, {"status": "inactive", "o": "-1", "p": "1"}).content.decode()
    assert "Save this view" in changed

    page = save(console, "Gone", "status=inactive&o=-1&p=1&choose=role")

    assert tabs(page) == {"Everybody": ("2", False), "Gone": ("0", True)}
    assert "Save this view" not in page
    assert [view.query for view in views(acme)] == ["o=-1&status=inactive"]
    with tenant_scope(acme):
        User.objects.filter(pk=bob.pk).update(active=False)
    assert tabs(console.get(USERS, {"status": "inactive", "o": "-1"}).content.decode())["Gone"] == (
        "1",
        True,
    )


def test_tabs_are_counted_with_one_statement_however_many_there_are(console: Client) -> None:
    save(console, "View", "role=editor")
    with_one = statements(console)
    for number in range(3):
        save(console, f"View {number}", f"role=editor&q=a{number}")

    assert statements(console) == with_one


def statements(browser: Client) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        browser.get(USERS)
    return len(captured)


@pytest.mark.parametrize("role", ROLES)
class TestEveryRoleThatSeesTheList:
    def test_has_views_of_its_own(self, acme: Tenant, alice: User, role: Role) -> None:
        pat, sam = person(acme, "Pat", role), person(acme, "Sam", role)
        save(signed_in(pat), "Mine")

        assert "Mine" in signed_in(pat).get(USERS).content.decode()
        assert "Mine" not in signed_in(sam).get(USERS).content.decode()
        assert "Mine" not in signed_in(sam).get(VIEWS).content.decode()

    def test_reaches_no_view_of_anybody_else(
        self, acme: Tenant, globex: Tenant, grace: User, alice: User, role: Role
    ) -> None:
        save(signed_in(grace), "Theirs")
        save(signed_in(alice), "Hers")
        pat = signed_in(person(acme, "Pat", role))

        for view in [*views(acme), *views(globex)]:
            for name in ("rename", "delete"):
                url = reverse(f"console:accounts_user_view_{name}", args=[view.pk])
                answer = pat.post(url, {"name": "Taken", "version": view.version})
                assert answer.status_code == HTTPStatus.NOT_FOUND
        assert [view.name for view in [*views(acme), *views(globex)]] == ["Hers", "Theirs"]


@pytest.mark.parametrize("role", [role for role in Role if role not in ROLES])
def test_who_does_not_see_the_list_saves_nothing(acme: Tenant, alice: User, role: Role) -> None:
    pat = signed_in(person(acme, "Pat", role))

    assert pat.post(f"{VIEWS}save/?status=inactive", {"name": "x"}).status_code in {
        HTTPStatus.FORBIDDEN,
        HTTPStatus.FOUND,
    }
    assert pat.get(VIEWS).status_code == HTTPStatus.FORBIDDEN
    assert views(acme) == []


class TestSaving:
    def test_twice_is_once(self, acme: Tenant, console: Client) -> None:
        save(console, "Gone")
        save(console, " Gone ")

        assert len(views(acme)) == 1

    def test_another_list_under_a_name_that_is_taken_is_refused(
        self, acme: Tenant, console: Client
    ) -> None:
        save(console, "Gone")

        assert "You have a view called “Gone”" in save(console, "Gone", "role=admin")
        assert [view.query for view in views(acme)] == ["status=inactive"]

    @pytest.mark.parametrize("name", ["", "   ", "x" * 61, "x" * 100_000])
    def test_needs_a_name(self, acme: Tenant, console: Client, name: str) -> None:
        assert "Give the view a name" in save(console, name)
        assert views(acme) == []

    @pytest.mark.parametrize("query", ["password=x", "status=x", "columns=password", "q=a&q=b"])
    def test_keeps_nothing_that_the_list_refuses(
        self, acme: Tenant, console: Client, query: str
    ) -> None:
        response = console.post(f"{VIEWS}save/?{query}", {"name": "Bad"})

        assert response.status_code == HTTPStatus.BAD_REQUEST
        assert views(acme) == []

    def test_everybody_is_no_view(self, acme: Tenant, console: Client) -> None:
        assert "Nothing was saved" in save(console, "All", "p=2")
        assert views(acme) == []

    def test_has_an_end(self, acme: Tenant, console: Client) -> None:
        for number in range(MOST_VIEWS):
            save(console, f"View {number}", f"q=a{number}")

        assert f"You have {MOST_VIEWS} views" in save(console, "One more")
        assert len(views(acme)) == MOST_VIEWS

    def test_shows_names_as_they_are_and_runs_none(self, acme: Tenant, console: Client) -> None:
        page = save(console, "<script>x</script> ليلى")

        assert "&lt;script&gt;x&lt;/script&gt; ليلى" in page
        assert "<script>x" not in page


class TestTidying:
    def post(self, browser: Client, verb: str, view: SavedView, **data: Any) -> str:
        url = reverse(f"console:accounts_user_view_{verb}", args=[view.pk])
        response = browser.post(url, {"version": view.version, **data}, follow=True)
        return str(response.content.decode())

    def test_a_view_is_renamed_and_deleted(self, acme: Tenant, console: Client) -> None:
        save(console, "Gone")
        self.post(console, "rename", views(acme)[0], name="Left")
        assert [view.name for view in views(acme)] == ["Left"]

        page = self.post(console, "delete", views(acme)[0])

        assert "The view “Left” is deleted" in page
        assert views(acme) == []

    def test_what_another_window_changed_stays(self, acme: Tenant, console: Client) -> None:
        save(console, "Gone")
        [shown] = views(acme)
        self.post(console, "rename", shown, name="Left")

        assert "changed in another window" in self.post(console, "rename", shown, name="Other")
        assert "changed in another window" in self.post(console, "delete", shown)
        assert [view.name for view in views(acme)] == ["Left"]

    def test_the_name_of_another_view_is_refused(self, acme: Tenant, console: Client) -> None:
        save(console, "Gone")
        save(console, "Admins", "role=admin")

        assert "another view called" in self.post(console, "rename", views(acme)[0], name="Admins")
        assert [view.name for view in views(acme)] == ["Gone", "Admins"]

    @pytest.mark.parametrize("version", ["", "x", "²", "-1", "9" * 400])
    def test_a_form_without_its_version_changes_nothing(
        self, acme: Tenant, console: Client, version: str
    ) -> None:
        save(console, "Gone")

        page = self.post(console, "rename", views(acme)[0], name="Left", version=version)

        assert "changed in another window" in page
        assert [view.name for view in views(acme)] == ["Gone"]


def test_views_go_with_their_person(acme: Tenant, alice: User) -> None:
    pat = person(acme, "Pat", Role.ADMIN)
    save(signed_in(pat), "Mine")
    with tenant_scope(acme):
        delete_user(user=pat)

    assert views(acme) == []


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_save_at_once_save_one_view(acme: Tenant, alice: User) -> None:
    def press(browser: Client) -> int:
        try:
            return browser.post(f"{VIEWS}save/?status=inactive", {"name": "Gone"}).status_code
        finally:
            connection.close()

    browsers = [signed_in(alice) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(press, browsers))

    assert set(answers) == {HTTPStatus.FOUND}
    assert len(views(acme)) == 1
