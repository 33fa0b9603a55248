"""The page that asks names who may come back, and is taken away as CSV without doing anything."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessProfile, ActionResult, Role, User
from accounts.services.users import deactivate_user, reactivate_user
from accounts.tenancy.scoping import tenant_scope
from console.base import many, many_look
from licenses.models import Subscription
from scim.models import Source
from scim.services.sources import delete_source
from tests.architecture.specimens import Specimens
from tests.conftest import crowd, person, signed_in
from tests.support.html_forms import text_of, what_is_sent
from tests.support.many import ask
from tests.support.scim import connect_with_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.test import Client

    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

USERS = "/console/accounts/user/"
CSV = {"as_csv": "1"}
OKTA = "Okta has them active: its next push may reactivate them."


def push(scim: SCIMClient, user: User, title: str = "Clerk") -> None:
    body = {"Operations": [{"op": "replace", "path": "title", "value": title}]}
    scim.request("PATCH", f"/Users/{user.pk}", body, expect=200)


def turn(scim: SCIMClient, user: User, *, active: bool) -> None:
    body = {"Operations": [{"op": "replace", "path": "active", "value": active}]}
    scim.request("PATCH", f"/Users/{user.pk}", body, expect=200)


def rows_of(answer: Any) -> list[list[str]]:
    assert answer.headers["Content-Type"].startswith("text/csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(content.splitlines()))


def look(browser: Client, action: str, rows: Sequence[User], **fields: Any) -> dict[str, Any]:
    """Return what the page that asks would send."""
    asked = ask(browser, USERS, action, [row.pk for row in rows], **fields)
    return {**what_is_sent(asked.content.decode(), "seen"), **fields}


@pytest.fixture
def managed(acme: Tenant, okta: SCIMClient, bob: User) -> list[User]:
    """Bob, whom Okta manages; Zoe, whom it manages and who is inactive; Kim, whom nobody does."""
    zoe, kim = person(acme, "Zoe"), person(acme, "Kim")
    for each in (bob, zoe):
        push(okta, each)
    with tenant_scope(acme):
        deactivate_user(user=zoe)
    return [bob, zoe, kim]


class TestWhoMayComeBack:
    def test_is_named_with_the_source_that_has_them_active(
        self, managed: list[User], console: Client
    ) -> None:
        answer = ask(console, USERS, "deactivate", [each.pk for each in managed])

        page = text_of(answer)
        assert "Who or what needs a second look" in page
        assert page.count(OKTA) == 1
        (back,) = [each for each in answer.context["groups"] if each.kind == "warn"]
        assert (back.text, back.count, back.names) == ("May come back", 1, ["Bob"])
        assert {each["label"]: each["figure"] for each in answer.context["tiles"]} == {
            "Picked": 3,
            "Will be done": 2,
            "May come back": 1,
            "Passed over": 1,
        }
        assert "Deactivate (2)" in page  # They are done all the same.

    def test_is_nobody_whose_source_is_gone(
        self, acme: Tenant, managed: list[User], console: Client
    ) -> None:
        with tenant_scope(acme):
            delete_source(source=Source.objects.get(name="Okta"))

        page = text_of(ask(console, USERS, "deactivate", [each.pk for each in managed]))

        assert "May come back" not in page

    def test_is_nobody_who_is_inactive_at_the_source_and_was_reactivated_here(
        self, acme: Tenant, okta: SCIMClient, managed: list[User], console: Client
    ) -> None:
        zoe = managed[1]
        asked = [ask(console, USERS, "deactivate", [self.turned(acme, zoe).pk])]  # By us.
        turn(okta, zoe, active=False)
        asked.append(ask(console, USERS, "deactivate", [self.turned(acme, zoe).pk]))
        turn(okta, zoe, active=False)
        turn(okta, zoe, active=True)
        asked.append(ask(console, USERS, "deactivate", [zoe.pk]))

        assert ["May come back" in text_of(each) for each in asked] == [True, False, True]

    @staticmethod
    def turned(tenant: Tenant, user: User) -> User:
        """Let ``user`` be reactivated by hand."""
        with tenant_scope(tenant):
            user.refresh_from_db()
            reactivate_user(user=user)
        return user

    def test_names_each_source_of_several(
        self, acme: Tenant, managed: list[User], console: Client
    ) -> None:
        push(connect_with_table(acme, "Entra"), managed[0], "Head")

        page = text_of(ask(console, USERS, "deactivate", [each.pk for each in managed]))

        assert "Entra and Okta have them active" in page

    def test_costs_as_much_for_many_as_for_few(
        self, acme: Tenant, okta: SCIMClient, console: Client, bob: User
    ) -> None:
        push(okta, bob)
        with tenant_scope(acme):
            sources = User.objects.get(pk=bob.pk).source_ids
        counts = {}
        for size in (60, 300):
            with tenant_scope(acme):
                User.objects.filter(user_name__startswith="crowd").delete()
            people = crowd(acme, size)
            with tenant_scope(acme):
                User.objects.filter(pk__in=[each.pk for each in people]).update(source_ids=sources)
            with CaptureQueriesContext(connection) as statements:
                answer = ask(console, USERS, "deactivate", [bob.pk], select_across="1")
            assert answer.context["groups"][0].count == size + 1
            assert len(answer.context["groups"][0].names) == many_look.SHOWN_NAMES
            counts[size] = len(statements)

        assert counts[60] == counts[300]


class TestCsv:
    def test_tells_of_everybody_what_will_happen_and_why(
        self, acme: Tenant, managed: list[User], console: Client
    ) -> None:
        sent = look(console, "deactivate", managed)

        rows = rows_of(console.post(USERS, {**sent, **CSV}))

        ids = {user.display_name: str(user.pk) for user in managed}
        assert rows == [
            ["Who or what", "ID", "What will happen", "Why"],
            ["Bob", ids["Bob"], "Will be done, may come back", OKTA],
            ["Kim", ids["Kim"], "Will be done", ""],
            ["Zoe", ids["Zoe"], "Passed over", "They are inactive already."],
        ]
        with tenant_scope(acme):
            assert not ActionResult.objects.exists()
            assert User.objects.filter(active=False).count() == 1

    def test_leaves_the_button_to_be_pressed(
        self, acme: Tenant, managed: list[User], console: Client
    ) -> None:
        sent = look(console, "deactivate", managed)
        rows_of(console.post(USERS, {**sent, **CSV, "reason": "x" * 1000}))

        told = text_of(console.post(USERS, sent, follow=True))
        late = console.post(USERS, {**sent, **CSV}, follow=True)

        assert "<h1>2 people were deactivated</h1>" in told
        assert "<h1>2 people were deactivated</h1>" in text_of(late)
        with tenant_scope(acme):
            assert ActionResult.objects.count() == 1

    def test_holds_no_formula(self, acme: Tenant, console: Client, bob: User) -> None:
        with tenant_scope(acme):
            User.objects.filter(pk=bob.pk).update(display_name="=HYPERLINK(1)")

        rows = rows_of(console.post(USERS, {**look(console, "deactivate", [bob]), **CSV}))

        assert rows[1][0] == "'=HYPERLINK(1)"

    def test_of_others_than_the_page_showed_is_not_given(
        self, acme: Tenant, managed: list[User], console: Client
    ) -> None:
        sent = look(console, "deactivate", managed)
        with tenant_scope(acme):
            deactivate_user(user=managed[2])

        for forged in ({}, {"seen": "x"}, {"_selected_action": [str(managed[0].pk)]}):
            page = text_of(console.post(USERS, {**sent, **CSV, **forged}))
            assert "Nothing was done" in page

    def test_is_for_no_role_that_may_not_do_it(
        self, acme: Tenant, managed: list[User], console: Client
    ) -> None:
        sent = look(console, "deactivate", managed)

        for role in set(Role) - {Role.ADMIN}:
            other = signed_in(person(acme, f"Eve {role}", role))
            answer = other.post(USERS, {**sent, **CSV})
            assert "text/csv" not in answer.headers["Content-Type"]

    def test_is_of_no_more_than_are_done_at_once(
        self, managed: list[User], console: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = look(console, "deactivate", managed)
        monkeypatch.setattr(many, "MOST_AT_ONCE", 2)

        assert "At most 2 at once." in text_of(console.post(USERS, {**sent, **CSV}))

    @pytest.mark.parametrize(
        "action",
        [
            *("deactivate", "reactivate", "assign_license", "release_license", "change_role"),
            *("join_profile", "leave_profile", "sign_out", "delete_selected"),
        ],
    )
    def test_costs_as_much_for_many_as_for_few(
        self, acme: Tenant, console: Client, action: str
    ) -> None:
        with tenant_scope(acme):
            specimens = Specimens("specimenname")
            choice = {
                "subscription": specimens.of(Subscription).pk,
                "profile": specimens.of(AccessProfile).pk,
                "new_role": Role.EDITOR,
            }
        counts = {}
        for size in (60, 200):
            with tenant_scope(acme):
                User.objects.filter(user_name__startswith="crowd").delete()
            people = crowd(acme, size)
            sent = look(console, action, people[:1], select_across="1", **choice)
            with CaptureQueriesContext(connection) as statements:
                rows = rows_of(console.post(USERS, {**sent, **CSV}))
            assert len(rows) > size
            counts[size] = len(statements)

        assert counts[60] == counts[200]
