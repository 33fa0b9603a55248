"""What the dashboard says needs somebody: each line to whoever may open what it leads to."""

from __future__ import annotations

import importlib
import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.utils import timezone

from accounts.models import AccessProfile, Job, Plan, Role, Tenant, User
from accounts.models.results import ActionResult
from accounts.tenancy.scoping import tenant_scope
from console.dashboard import facts
from provisioning.models import Application
from provisioning.services.visibility import set_profile_applications
from scim.models import Source
from scim.services.silence import DAILY, HOURLY, rhythm_of
from scim.services.visibility import set_profile_sources
from tests.conftest import crowd, person, signed_in
from tests.support.html_forms import text_of
from tests.support.scim import enable_scim
from tests.support.troubled_company import silence, trouble

if TYPE_CHECKING:
    from django.test import Client

lxml_html: Any = importlib.import_module("lxml.html")

LINES: Final = {
    "token": r"The SCIM token .* of Failing 0 expires in \d+ days",
    "failing": r"The last request of SCIM: Failing 0 failed",
    "sign-on": r"The last request of SAML sign-on failed",
    "silent": r"Silent 0 has not called for 3 days",
    "stopped": r"Application 0 has been stopped for 3\W+hours",
    "kept": r"2 people who left have access to Application 0",
    "failed": r"1 change failed at Application 0",
    "set aside": r"1 person or group is set aside at Application 0",
    "held": r"1 removal from Application 0 is held",
    "conflict": r"1 conflict at Application 0 waits for a decision",
    "import": r"1 account that an import found at Application 0 waits for a decision",
    "waiting": r"1 person waits for a seat of waited 0",
    "full": r"No seat of full 0 is free",
    "ends": r"The subscription to ending 0 ends in 9 days",
    "action": r"“Deactivate 0 people” has stopped before its end",
}
"""Every line that there is, by what it is about."""
_OF_CONNECTIONS: Final = {"failing", "silent"}
_OF_APPLICATIONS: Final = {"stopped", "kept", "failed", "set aside", "held"}
SEEN_BY: Final[dict[Role, set[str]]] = {
    Role.ADMIN: {*LINES},
    Role.EDITOR: {"waiting", "full", "ends", "action"},
    Role.CHANGE_REQUEST_MANAGER: set(),
    Role.ACCESS_REVIEW_MANAGER: {"sign-on", "waiting", "full", "ends", "action"},
    Role.CONNECTOR_ADMIN: {*_OF_CONNECTIONS, *_OF_APPLICATIONS},
}


def lines_of(page: str) -> list[tuple[str, str]]:
    """Return what needs somebody, with where its button leads."""
    root = lxml_html.fromstring(page)
    return [
        (
            " ".join(line.xpath("string(.//h3)").split()),
            next(iter(line.xpath("./a/@href")), ""),
        )
        for line in root.xpath("//ul[@class='gh-todo']/li")
    ]


def shown_to(user: User) -> list[tuple[str, str]]:
    return lines_of(signed_in(user).get("/console/").content.decode())


def rows_of(browser: Client, page: str) -> int | None:
    """Return how many rows a list shows; nothing where the page is no list."""
    root = lxml_html.fromstring(browser.get(page).content.decode())
    tables = root.xpath("//table[@id='result_list']")
    return len(tables[0].xpath("./tbody/tr")) if tables else None


def kinds(lines: list[tuple[str, str]]) -> set[str]:
    return {
        kind for kind, words in LINES.items() if any(re.search(words, line) for line, _ in lines)
    }


def let_everybody_see(acme: Tenant, *, sources: bool, applications: bool) -> None:
    with tenant_scope(acme):
        default = AccessProfile.objects.get(is_default=True)
        set_profile_sources(profile=default, sources=Source.objects.all() if sources else [])
        shown = Application.objects.all() if applications else []
        set_profile_applications(profile=default, applications=shown)


@pytest.mark.parametrize("role", SEEN_BY)
def test_each_line_is_seen_by_who_may_open_where_it_leads(acme: Tenant, role: Role) -> None:
    enable_scim(acme)
    visitor = person(acme, "Vera", role)
    trouble(acme, visitor, 1)
    let_everybody_see(acme, sources=True, applications=True)

    lines = shown_to(visitor)

    assert kinds(lines) == SEEN_BY[role]
    browser = signed_in(visitor)
    for line, page in lines:
        assert page, line
        assert browser.get(page).status_code == HTTPStatus.OK, (line, page)


@pytest.mark.parametrize("role", SEEN_BY)
def test_a_number_is_that_of_the_rows_it_leads_to(acme: Tenant, role: Role) -> None:
    enable_scim(acme)
    visitor = person(acme, "Vera", role)
    trouble(acme, visitor, 2)
    let_everybody_see(acme, sources=True, applications=True)

    lines = shown_to(visitor)

    browser, counted = signed_in(visitor), set[str]()
    for kind, words in LINES.items():
        for line, page in lines:
            found = re.search(words, line)
            number = re.match(r"\d+", found[0]) if found else None
            rows = rows_of(browser, page) if number else None
            if number and rows is not None:
                assert rows == int(number[0]), (line, page)
                counted.add(kind)

    assert counted == SEEN_BY[role] & {"failed", "set aside", "conflict"}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CONNECTOR_ADMIN])
def test_so_is_each_figure_on_the_page_of_an_application(acme: Tenant, role: Role) -> None:
    visitor = person(acme, "Vera", role)
    trouble(acme, visitor, 1)
    let_everybody_see(acme, sources=True, applications=True)
    browser = signed_in(visitor)
    with tenant_scope(acme):
        application = Application.objects.get()
    page = browser.get(f"/console/provisioning/application/{application.pk}/change/")

    figures = {
        tile.xpath("string(.//*[@class='gh-tile__label'])").strip(): (
            int(tile.xpath("string(.//*[@class='gh-tile__figure'])")),
            rows_of(browser, tile.get("href")),
        )
        for tile in lxml_html.fromstring(page.content.decode()).xpath("//a[@class='gh-tile']")
    }

    led = {label: found for label, found in figures.items() if found[1] is not None}
    assert led == {"Waiting": (1, 1), "Failed": (1, 1), "Quarantined": (1, 1)}


def test_every_role_that_enters_is_tried() -> None:
    assert SEEN_BY.keys() == set(Role) - {Role.MEMBER}
    assert set().union(*SEEN_BY.values()) == LINES.keys()


@pytest.mark.parametrize("listed", ["sources", "applications"])
def test_what_no_profile_lists_is_told_to_admins_only(acme: Tenant, listed: str) -> None:
    sources, applications = listed == "sources", listed == "applications"
    enable_scim(acme)
    visitor = person(acme, "Vera", Role.CONNECTOR_ADMIN)
    trouble(acme, visitor, 1)
    let_everybody_see(acme, sources=sources, applications=applications)

    assert kinds(shown_to(visitor)) == (_OF_CONNECTIONS if sources else _OF_APPLICATIONS)
    page = signed_in(visitor).get("/console/").content.decode()
    assert ("Silent 0" in page, "Application 0" in page) == (sources, applications)


def test_another_companys_troubles_are_its_own(
    acme: Tenant, globex: Tenant, grace: User, console: Client
) -> None:
    trouble(globex, grace, 1)

    assert "Nothing needs you." in text_of(console.get("/console/")) or not kinds(
        lines_of(console.get("/console/").content.decode())
    )


def test_the_broken_comes_before_what_will_be(acme: Tenant, alice: User) -> None:
    enable_scim(acme)
    trouble(acme, alice, 2)

    page = lxml_html.fromstring(signed_in(alice).get("/console/").content.decode())

    marks = [
        each.rpartition("--")[2] for each in page.xpath("//ul[@class='gh-todo']/li/span/@class")
    ]
    assert marks == sorted(marks, key=["bad", "warn", "busy"].index)
    assert len(marks) > facts.MOST_NEEDS
    folded = page.xpath("//section[@aria-labelledby='needs']//details//li")
    assert len(marks) - len(folded) == facts.MOST_NEEDS


def test_an_action_whose_job_has_failed_is_told_to_who_began_it(
    acme: Tenant, alice: User, console: Client
) -> None:
    other = person(acme, "Ada", Role.ADMIN)
    with tenant_scope(acme):
        job = Job.objects.create(
            tenant=acme, kind="x", queue="bulk", actor="alice", state=Job.State.FAILED
        )
        ActionResult.objects.create(
            tenant=acme,
            maker=alice.pk,
            site="console",
            about="accounts.user",
            title="Sign 9 people out",
            state=ActionResult.State.GOING,
            job=job.pk,
        )

    assert "“Sign 9 people out” has stopped before its end" in text_of(console.get("/console/"))
    assert "Sign 9 people out" not in text_of(signed_in(other).get("/console/"))


class TestSilence:
    NOW: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def hours(self, last: datetime, days: int, hours: int) -> dict[Any, int]:
        return {last.date() - timedelta(days=day): hours for day in range(1, days + 1)}

    @pytest.mark.parametrize(
        ("ago", "days", "hours", "expected"),
        [
            (timedelta(hours=7), 3, 24, HOURLY),
            (timedelta(hours=7), 3, 20, HOURLY),
            (timedelta(hours=5), 3, 24, None),  # Not yet.
            (timedelta(hours=7), 2, 24, None),  # Not known for long enough.
            (timedelta(days=4), 4, 9, None),  # Office hours, and no fortnight of them.
            (timedelta(days=3), 14, 1, DAILY),
            (timedelta(days=1), 14, 1, None),
            (timedelta(days=30), 3, 24, HOURLY),
        ],
    )
    def test_only_who_called_by_the_clock_is_missed(
        self, ago: timedelta, days: int, hours: int, expected: object
    ) -> None:
        last = self.NOW - ago

        assert rhythm_of(self.hours(last, days, hours), last, self.NOW) == expected

    def test_five_days_a_week_are_no_rhythm(self) -> None:
        last = datetime(2026, 11, 20, 17, tzinfo=UTC)  # A Friday.
        worked = {day: hours for day, hours in self.hours(last, 30, 9).items() if day.weekday() < 5}

        assert rhythm_of(worked, last, self.NOW) is None

    @pytest.mark.parametrize("change", ["disabled", "plan", "called"])
    def test_who_cannot_call_is_not_missed(
        self, acme: Tenant, console: Client, change: str
    ) -> None:
        enable_scim(acme)
        with tenant_scope(acme):
            source = Source.objects.create(name="Okta")
            silence(source)
            assert "Okta has not called for 3 days" in text_of(console.get("/console/"))
            if change == "plan":
                Tenant.objects.update(plan=Plan.STARTER)
            elif change == "disabled":
                Source.objects.update(enabled=False)
            else:
                Source.objects.update(last_request_at=timezone.now())

        assert "has not called" not in text_of(console.get("/console/"))


class TestStates:
    def test_nothing_needs_anybody(self, console: Client) -> None:
        assert "Needs attention" not in text_of(console.get("/console/"))

    @pytest.mark.parametrize("plan", Plan)
    def test_on_every_plan_with_everything_and_without(
        self, acme: Tenant, alice: User, console: Client, plan: Plan
    ) -> None:
        Tenant.objects.filter(pk=acme.pk).update(plan=plan)
        assert console.get("/console/").status_code == HTTPStatus.OK

        enable_scim(acme)
        Tenant.objects.filter(pk=acme.pk).update(plan=plan)
        trouble(acme, alice, 1)

        assert console.get("/console/").status_code == HTTPStatus.OK

    def test_of_very_many_people_seats_are_those_of_the_last_count(
        self, acme: Tenant, alice: User, console: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        trouble(acme, alice, 1)
        crowd(acme, 3)
        small = text_of(console.get("/console/"))
        monkeypatch.setattr(facts, "EXACT", 2)

        large = text_of(console.get("/console/"))

        assert "1 person waits for a seat of waited 0" in small
        assert "As counted on" not in small
        assert "waits for a seat" not in large
        assert "As counted on" in large
        assert " inactive," in small
        assert " inactive," not in large

    def test_three_hundred_sources(self, acme: Tenant, console: Client) -> None:
        enable_scim(acme)
        with tenant_scope(acme):
            Source.objects.bulk_create(Source(name=f"Source {n:03}") for n in range(300))
            silence(Source.objects.get(name="Source 299"))

        page = text_of(console.get("/console/"))

        assert "Source 299 has not called" in page
        assert "SCIM: Source 299" in page  # The one that needs somebody is shown all the same.
        assert f"{300 + 1 - facts.MOST_CONNECTIONS} more" in page
