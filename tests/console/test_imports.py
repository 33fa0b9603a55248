"""*Import* of an application: read, look at the buckets, decide one by one or many at once."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from accounts.models import ActionLine, Role, User
from accounts.tenancy.scoping import tenant_scope
from provisioning.importing.starting import begin_import
from provisioning.models import ImportRow, ImportRule, Link
from provisioning.protocol.steps import Kind
from provisioning.services.connections import Connection, change_connection
from provisioning.services.visibility import list_in_default_profile
from tests.conftest import person, signed_in
from tests.provisioning.engine.applications import make_application
from tests.provisioning.engine.conftest import _loopback_is_allowed, fake, people
from tests.provisioning.importing.conftest import there
from tests.support.html_forms import submit, text_of, what_is_sent
from tests.support.many import ask

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant
    from provisioning.models import Application
    from tests.provisioning.engine.scim_fake import Fake

__all__ = ["_loopback_is_allowed", "fake"]  # Fixtures.

ROWS = "/console/provisioning/importrow/"


def page(name: str, *args: object) -> str:
    return reverse(f"console:provisioning_application_{name}", args=args)


@pytest.fixture
def planner(acme: Tenant, fake: Fake) -> Application:
    with tenant_scope(acme):
        made = make_application(fake.base_url)
        list_in_default_profile(made)
        return made


@pytest.fixture
def found(acme: Tenant, planner: Application, fake: Fake) -> dict[str, int]:
    """Ann, who is here as well, and Dan and Eve, who are only there; by name the keys of rows."""
    with tenant_scope(acme):
        people("ann")
        for name in ("ann", "dan", "eve"):
            there(fake, name, title="Climber")
        begin_import(application=planner, kinds=[Kind.USER])
        return dict(ImportRow.objects.values_list("name", "pk"))


def decide(console: Client, action: str, keys: list[int], **fields: Any) -> None:
    """Press the button over the list, look at what would happen, and have it done."""
    asked = ask(console, ROWS, action, keys, **fields).content.decode()
    answer = console.post(ROWS, what_is_sent(asked, "seen"))
    assert answer.status_code == HTTPStatus.FOUND, text_of(answer)


class TestReading:
    def test_an_import_is_begun_and_its_buckets_lead_to_their_rows(
        self, acme: Tenant, planner: Application, console: Client, fake: Fake
    ) -> None:
        there(fake, "dan")
        submit(console, page("import", planner.pk), field="kinds", kinds=["User"])

        shown = console.get(page("import", planner.pk))
        assert "People found there" in text_of(shown)
        address = f"{ROWS}?application__id__exact={planner.pk}&kind__exact=User&bucket__exact="
        assert f"{address}orphan".replace("&", "&amp;") in shown.content.decode()
        assert "Dan" in text_of(console.get(f"{address}orphan"))
        assert "Dan" not in text_of(console.get(f"{address}linked"))

    def test_what_is_not_whole_says_why(
        self, planner: Application, console: Client, fake: Fake
    ) -> None:
        fake.after = lambda _asked, _answer: (200, b"<html>Sign in</html>", {})
        submit(console, page("import", planner.pk), field="kinds", kinds=["User"])

        assert "nothing of it can be confirmed" in text_of(console.get(page("import", planner.pk)))

    def test_only_who_may_change_the_application_imports(
        self, acme: Tenant, planner: Application, found: dict[str, int]
    ) -> None:
        connie = signed_in(person(acme, "Connie", Role.CONNECTOR_ADMIN))

        assert connie.get(page("import", planner.pk)).status_code == HTTPStatus.FORBIDDEN
        assert connie.post(page("import", planner.pk)).status_code == HTTPStatus.FORBIDDEN
        assert connie.get(page("import_rule", planner.pk)).status_code == HTTPStatus.FORBIDDEN
        assert connie.get(ROWS).status_code == HTTPStatus.FORBIDDEN

    def test_another_tenant_finds_nothing(
        self, planner: Application, found: dict[str, int], other_console: Client
    ) -> None:
        assert "Dan" not in text_of(other_console.get(ROWS))
        one = f"{ROWS}{found['Dan']}/change/"
        assert other_console.get(one).status_code in {HTTPStatus.FOUND, HTTPStatus.NOT_FOUND}
        assert other_console.get(page("import", planner.pk)).status_code == HTTPStatus.NOT_FOUND


class TestDeciding:
    def test_many_are_created_and_the_others_told_why_not(
        self, acme: Tenant, found: dict[str, int], console: Client
    ) -> None:
        decide(console, "create_many", list(found.values()))

        with tenant_scope(acme):
            made = set(User.objects.filter(family_name="There").values_list("user_name", flat=True))
            outcomes = dict(ActionLine.objects.values_list("name", "outcome"))
        assert made == {"dan@acme.example", "eve@acme.example"}
        assert outcomes == {"Ann": "passed over", "Dan": "done", "Eve": "done"}

    def test_candidates_are_linked_and_what_is_ticked_is_filled(
        self, acme: Tenant, found: dict[str, int], console: Client
    ) -> None:
        first = ask(console, ROWS, "link_many", list(found.values())).content.decode()
        assert "Nothing of ours is changed." in first
        ticked = {"fill": ["title"]}
        second = console.post(ROWS, {**what_is_sent(first, "seen"), **ticked}).content.decode()
        assert "empty here for 1 person" in second
        console.post(ROWS, {**what_is_sent(second, "seen"), **ticked})

        with tenant_scope(acme):
            ann = User.objects.get(user_name="ann@acme.example")
            assert ann.attributes == {"title": "Climber"}
            assert Link.objects.get().object_id == str(ann.pk)

    def test_pressed_twice_is_done_once(
        self, acme: Tenant, found: dict[str, int], console: Client
    ) -> None:
        asked = ask(console, ROWS, "create_many", [found["Dan"]]).content.decode()
        led = {
            console.post(ROWS, what_is_sent(asked, "seen")).headers["Location"] for _ in range(2)
        }

        assert len(led) == 1
        with tenant_scope(acme):
            assert Link.objects.count() == 1

    def test_a_line_refuses_that_was_changed_there(
        self, acme: Tenant, found: dict[str, int], console: Client, fake: Fake
    ) -> None:
        for held in fake.held["Users"].values():
            held["title"] = "Boss"
        decide(console, "create_many", [found["Dan"]])

        with tenant_scope(acme):
            assert "title" in ActionLine.objects.get().reason
            assert not Link.objects.exists()

    def test_one_is_decided_on_its_page(
        self, acme: Tenant, found: dict[str, int], console: Client
    ) -> None:
        one = f"{ROWS}{found['Dan']}/change/"
        assert "Climber" in text_of(console.get(one))
        with tenant_scope(acme):
            [ben] = people("ben")
        submit(console, one, field="somebody", choice="link", somebody="ben@acme.example")

        with tenant_scope(acme):
            assert Link.objects.get().object_id == str(ben.pk)
            assert ImportRow.objects.get(name="Dan").state == "linked"

    def test_a_name_that_nobody_has_is_said(self, found: dict[str, int], console: Client) -> None:
        one = f"{ROWS}{found['Dan']}/change/"
        answer = submit(console, one, field="somebody", choice="link", somebody="nobody")

        assert "Nobody here is called so" in text_of(answer)


class TestAnotherHost:
    """Between looking and pressing the application has moved to another host."""

    @pytest.fixture
    def pages(self, found: dict[str, int], console: Client) -> dict[str, Any]:
        one = f"{ROWS}{found['Dan']}/change/"
        return {
            "one": (one, what_is_sent(console.get(one).content.decode(), "version")),
            "many": what_is_sent(
                ask(console, ROWS, "create_many", [found["Dan"]]).content.decode(), "seen"
            ),
        }

    @pytest.fixture
    def moved(self, acme: Tenant, pages: dict[str, Any], planner: Application) -> None:
        with tenant_scope(acme):
            there = Connection(base_url="https://elsewhere.example/scim/v2", token="t")
            change_connection(application=planner, connection=there)

    @pytest.mark.usefixtures("moved")
    @pytest.mark.parametrize("choice", ["create", "ignore", "link"])
    def test_the_page_of_one_says_so(
        self, acme: Tenant, pages: dict[str, Any], console: Client, choice: str
    ) -> None:
        url, sent = pages["one"]
        answer = console.post(url, {**sent, "choice": choice}, follow=True)

        assert "The application has left the host" in text_of(answer)
        with tenant_scope(acme):
            assert not ImportRow.objects.filter(decided__isnull=False).exists()
            assert not Link.objects.exists()

    @pytest.mark.usefixtures("moved")
    def test_a_job_says_so_in_its_line(
        self, acme: Tenant, pages: dict[str, Any], console: Client
    ) -> None:
        console.post(ROWS, pages["many"])

        with tenant_scope(acme):
            assert not User.objects.filter(user_name="dan@acme.example").exists()
            reasons = list(ActionLine.objects.values_list("reason", flat=True))
        assert all("has left the host" in each for each in reasons)

    @pytest.mark.usefixtures("moved")
    def test_the_list_shows_it_no_more_and_the_page_of_imports_why(
        self, planner: Application, console: Client
    ) -> None:
        assert "Dan" not in text_of(console.get(ROWS))
        assert "Of a host that the application has left" in text_of(
            console.get(page("import", planner.pk))
        )


class TestSchedule:
    def test_the_rule_is_stored(self, acme: Tenant, planner: Application, console: Client) -> None:
        submit(console, page("import_rule", planner.pk), every="week", link_matches="on")

        with tenant_scope(acme):
            rule = ImportRule.objects.get()
        assert (rule.every, rule.link_matches, rule.create_people) == ("week", True, False)
