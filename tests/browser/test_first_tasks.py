"""Ten tasks of somebody who has never seen the product, by what the pages show.

``docs/first-tasks.md`` has the way of each, and how many clicks it takes: what it says is compared
with what was counted here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.jobs import queueing
from accounts.models import Role, User
from accounts.services.roles import change_role
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from licenses.group_licenses import set_group_licenses
from licenses.models import Seat
from saml_sso.models import SetUpLink
from saml_sso.services.set_up_links import make_set_up_link
from tests.access_reviews.conftest import Company, company  # noqa: F401 - a fixture
from tests.conftest import do_after_commit, person
from tests.provisioning.engine.conftest import _loopback_is_allowed, fake
from tests.scim.test_held_changes import LIMIT, one_by_one, seats, staff
from tests.support.browser import check, sign_in
from tests.support.logged import LISTED, REFERENCE, connect_both, log_of_each_kind
from tests.support.newcomer import Newcomer, Way
from tests.support.saml_party import party_of
from tests.support.saml_server import serving
from tests.support.scim import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from accounts.models import Tenant
    from licenses.models import Subscription
    from tests.provisioning.engine.scim_fake import Fake

__all__ = ["_loopback_is_allowed", "fake", "seats"]  # Fixtures.

pytestmark = pytest.mark.django_db(transaction=True)

TOLD = Path(__file__).parents[2] / "docs" / "first-tasks.md"
ROW = re.compile(r"^\| \d+\. (?P<title>[^|]+) \| (?P<clicks>\d+) \| (?P<fields>\d+) \| (?P<phone>\d*) ?\|$", re.M)
WAY = re.compile(r"^\d+\. \*(?P<title>[^*]+)\.\* (?P<way>.+)$", re.M)
FIND = "Find a person, page or setting"
WIDE, PHONE = 1440, 360
TITLES: list[str] = []
DBG = []
from playwright.sync_api import expect; expect.set_options(timeout=6000)


@dataclass
class Task:
    """Who walks through one of the tasks, in windows of one width."""

    width: int
    open_browser: Callable[..., Page]
    way: Way = field(default_factory=Way)

    def of(self, user: User, who: str) -> Newcomer:
        """Return somebody who has just signed in."""
        page = self.open_browser(width=self.width)
        DBG.append(page); page.set_default_timeout(6000)
        sign_in(page, user.user_name)
        return self._begin(page, who)

    def uncounted(self, user: User) -> Newcomer:
        """Return somebody who prepares what the task is about."""
        page = self.open_browser(width=self.width)
        DBG.append(page); page.set_default_timeout(6000)
        sign_in(page, user.user_name)
        return Newcomer(page, Way(), page.locator("body"))

    def at(self, url: str, who: str, page: Page | None = None) -> Newcomer:
        """Return somebody who has followed a link that they were sent."""
        page = page or self.open_browser(width=self.width)
        DBG.append(page)
        page.goto(url)
        return self._begin(page, who)

    def _begin(self, page: Page, who: str) -> Newcomer:
        self.way.begin(who)
        return Newcomer(page, self.way, page.locator("body"))


def task(title: str, *widths: int) -> Any:
    """Mark a test as the task ``title``, in windows of these widths beside a wide one."""
    TITLES.append(title)
    looks = [pytest.param((title, each), id=f"{each}px") for each in (WIDE, *widths)]
    return pytest.mark.parametrize("walk", looks, indirect=True)


@pytest.fixture
def walk(request: pytest.FixtureRequest, open_browser: Callable[..., Page]) -> Iterator[Task]:
    """A task; at its end the table must say what it took."""
    title, width = request.param
    begun = Task(width, open_browser)
    yield begun
    #DEBUG>
    i = TITLES.index(title)
    for n, ctx in enumerate(open_browser.__closure__[1].cell_contents if False else DBG):
        try: Path(f"/tmp/ten/t{i}-{width}-{n}.txt").write_text(ctx.url + "\n" + ctx.get_by_role("main").aria_snapshot(timeout=3000))
        except Exception as e: print(e)
    DBG.clear()
    Path(f"/tmp/ten/way{i}-{width}").write_text(f"{title}\t{begun.way.clicks}\t{begun.way.fields}\t{begun.way}")
    #DEBUG<
    row = {each["title"]: each for each in ROW.finditer(TOLD.read_text())}[title]
    way = begun.way
    if width == PHONE:
        assert (title, row["phone"]) == (title, str(way.clicks))
    else:
        told = {each["title"]: each["way"] for each in WAY.finditer(TOLD.read_text())}
        counted = (str(way.clicks), str(way.fields), str(way))
        assert (row["clicks"], row["fields"], told[title]) == counted


@pytest.fixture(autouse=True)
def _jobs_when_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queueing, "hand_over", do_after_commit)


def test_the_document_tells_of_these_tasks() -> None:
    text = TOLD.read_text()

    assert [each["title"] for each in ROW.finditer(text)] == TITLES
    assert [each["title"] for each in WAY.finditer(text)] == TITLES


def find(somebody: Newcomer, words: str, name: str) -> None:
    """Go to what the search of the console finds."""
    somebody.click(FIND)
    somebody.within("dialog").fill(FIND, words)
    somebody.within("dialog").click(name)


def go_to(somebody: Newcomer, name: str) -> None:
    """Open a page of the console; on a phone their list is folded."""
    if somebody.page.viewport_size == {"width": PHONE, "height": 900}:
        somebody.click("Pages")
    somebody.click(name)


@task("Find out why a person has a licence")
def test_why_a_person_has_a_licence(
    walk: Task, acme: Tenant, alice: User, bob: User, crm: Subscription
) -> None:
    with tenant_scope(acme):
        group = create_group(values=GroupFields(display_name="Sales"), member_ids=[bob.pk])
        set_group_licenses(group=group, subscriptions=[crm])
    admin = walk.of(alice, "Admin")

    admin.click("Console")
    find(admin, "bob", "Bob")

    why = admin.within("row", "CRM")
    why.sees("Has a seat", "Through the group")
    check(admin.page)


@task("Find out who changed a person's role, and when")
def test_who_changed_a_role(walk: Task, acme: Tenant, alice: User, bob: User) -> None:
    ada = person(acme, "Ada", Role.ADMIN)
    with tenant_scope(acme):
        with audit.acting_as(ada.user_name):
            change_role(user=bob, role=Role.EDITOR)
        with audit.acting_as(alice.user_name):
            for number in range(12):
                audit.record("user.updated", bob, changes={"title": [f"{number}", f"{number + 1}"]})
    admin = walk.of(alice, "Admin")

    admin.click("Console")
    find(admin, "bob", "Bob")
    admin.click("Everything")

    admin.sees("ada@acme.example")
    check(admin.page)


def deactivate_all_but(admin: Newcomer, name: str) -> None:
    """Deactivate by the user list whoever may be, but for one person."""
    admin.click("Console")
    admin.click("User list")
    admin.click("Select all objects on this page for an action")
    admin.click(f"Select this object for an action - {name}")
    admin.click("Deactivate")
    admin.click("Deactivate (3)")
    admin.within("row", "Ann").sees("Done")


@task("Undo a bulk deactivation", PHONE)
def test_a_bulk_deactivation_is_undone(walk: Task, acme: Tenant, alice: User) -> None:
    for name in ("Ann", "Ben", "Cleo"):
        person(acme, name)
    deactivate_all_but(walk.uncounted(person(acme, "Ada", Role.ADMIN)), "Alice")
    admin = walk.of(alice, "Admin")
    admin.click("Console")
    go_to(admin, "Jobs")
    admin.click("Deactivate")
    admin.click("Undo…")
    admin.click("Undo (3)")

    admin.sees("Done")
    check(admin.page)
    with tenant_scope(acme):
        assert not User.objects.filter(active=False).exists()


@task("Connect an identity provider from the set-up link")
def test_an_identity_provider_is_connected(
    walk: Task, acme: Tenant, alice: User, page: Page
) -> None:
    with tenant_scope(acme):
        secret = make_set_up_link(tenant=acme, purpose=SetUpLink.Purpose.SAML, days=1)
    with serving(party_of("acme"), name_id=alice.email) as idp:
        colleague = walk.at(f"/set-up/acme/{secret}/", "Colleague without an account")

        colleague.upload("Metadata XML", "idp.xml", idp.metadata())
        colleague.click("Preview")
        colleague.sees("It is not saved yet")
        colleague.click("Save")
        colleague.click("Test sign-in")
        colleague.sees("The test passed")
    colleague.click("Continue with step 3")
    colleague.click("Switch SAML sign-on on")

    colleague.sees("SAML sign-on is on.")
    check(colleague.page)


@task("Start an access review, and see who has decided")
def test_a_review_is_started_and_followed(
    walk: Task,
    company: Company,  # noqa: F811
) -> None:
    runs = walk.of(company.rita, "Access review manager")
    runs.click("Console")
    go_to(runs, "Access reviews")
    runs.click("Start a review")
    runs.fill("Name", "Autumn")
    runs.click("CRM")
    runs.fill("Directory groups", "Sales")
    runs.fill("Reviewers", "ron@acme.example")
    runs.fill("Last day", (timezone.localdate() + timedelta(days=9)).isoformat())
    runs.click("See what it would be")
    runs.click("Start the review")
    runs.sees("0 of 2 decided")

    reviews = walk.of(company.ron, "Reviewer")
    reviews.click("Autumn")
    reviews.within("row", "CRM").click("Keep")
    reviews.click("Save and show the next")

    runs = walk.of(company.rita, "Access review manager")
    runs.click("Console")
    go_to(runs, "Access reviews")
    runs.click("Autumn")
    runs.sees("1 of 2 decided")
    check(runs.page)


@task("Ask for a licence, and have it granted until a day", PHONE)
def test_a_licence_is_asked_for_and_granted(
    walk: Task, acme: Tenant, alice: User, bob: User, crm: Subscription
) -> None:
    member = walk.of(bob, "Member")
    member.click("Ask for a licence or access")
    member.choose("What you need", "CRM")
    member.fill("Why", "For the spring tender.")
    member.click("Ask for it")
    member.sees("You have asked for CRM.")

    mailed = next(word for word in str(mail.outbox[0].body).split() if "/accessrequest/" in word)
    admin = walk.at(mailed, "Admin, from the mail", walk.uncounted(alice).page)
    admin.fill("Until", (timezone.localdate() + timedelta(days=30)).isoformat())
    admin.click("Grant")

    admin.sees("Bob has CRM, and gets a mail.")
    check(admin.page)
    with tenant_scope(acme):
        assert Seat.objects.filter(user=bob, released=None).exists()


@task("Import people from a CSV file")
def test_people_are_imported(walk: Task, acme: Tenant, alice: User) -> None:
    admin = walk.of(alice, "Admin")
    admin.click("Console")
    go_to(admin, "User list")
    admin.click("Import")
    admin.upload(
        "CSV file", "staff.csv", "E-Mail;Vorname;Nachname\nzoe@acme.example;Zoë;Groß\n"
    )
    admin.click("Upload")
    admin.click("Show what would happen")
    admin.click("Import 1 person")

    admin.sees("Zoë Groß")
    check(admin.page)
    with tenant_scope(acme):
        assert User.objects.filter(user_name="zoe@acme.example").exists()


@task("Give an application its first people")
def test_an_application_gets_its_first_people(
    walk: Task, acme: Tenant, alice: User, bob: User, fake: Fake
) -> None:
    with tenant_scope(acme):
        create_group(values=GroupFields(display_name="Crew"), member_ids=[bob.pk])
    admin = walk.of(alice, "Admin")
    admin.click("Console")
    go_to(admin, "Applications")
    admin.click("Add an application")
    admin.click("any SCIM 2.0 application")
    admin.fill("Display name", "Planner")
    admin.click("Save & Next")
    admin.fill("SCIM base URL", fake.base_url)
    admin.fill("Bearer token", "opaque")
    admin.click("Test connection")
    admin.sees("The connection works.")
    admin.click("Save & Next")
    admin.click("Save & Next")
    admin.click("Skip this step")
    admin.fill("Assign further groups", "Crew")
    admin.click("Save & Next")
    admin.click("Save & Next")
    admin.click("Skip this step")
    admin.click("Save & Next")
    admin.click("Preview a plan")
    admin.sees("Nothing has been sent.")
    admin.click("Send")

    admin.sees("It is on its way.")
    check(admin.page)
    assert bob.user_name in fake.users()


@task("Find out why somebody could not sign in")
def test_why_somebody_could_not_sign_in(walk: Task, acme: Tenant, alice: User, bob: User) -> None:
    with tenant_scope(acme):
        log_of_each_kind(bob, alice, connect_both()[LISTED])
    admin = walk.of(alice, "Admin, who was told the reference")
    admin.click("Console")
    go_to(admin, "Log")
    admin.fill("Search the log", REFERENCE)
    admin.press("Enter")
    admin.unfold("was refused")

    admin.sees("Add the certificate that the identity provider uses now.")
    check(admin.page)


@task("See whether leavers are really out, and decide what is held", PHONE)
def test_leavers_are_out_and_a_held_change_is_decided(
    walk: Task, acme: Tenant, alice: User, seats: Subscription
) -> None:
    okta = connect(acme, name="Okta", loss_number=LIMIT)
    one_by_one(okta, staff(acme, okta, seats, LIMIT + 1))
    admin = walk.of(alice, "Admin")
    admin.click("Console")
    admin.click("Look and decide")
    admin.click(f"p{LIMIT}@acme.example")
    admin.within("region", "Are they out?").sees("Sessions", "Seats", "1 is held")
    check(admin.page)
    admin.press("Alt+ArrowLeft")
    admin.click("Carry out")

    admin.sees("Carried out")
    check(admin.page)
    with tenant_scope(acme):
        assert not Seat.objects.filter(released=None).exists()
