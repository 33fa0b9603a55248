"""Access reviews in the console, over HTTP: by role, from start to undone, and bad input."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.ending import end_review
from access_reviews.services.following import follow_reviews
from access_reviews.services.making import make_review_lines
from access_reviews.services.things import things_chosen
from accounts.groups.groups import GroupFields, create_group
from accounts.jobs import queueing
from accounts.models import Job, Role, User
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Seat
from tests.access_reviews.conftest import (
    KEEP,
    REVOKE,
    Company,
    decide,
    line_of,
    state_of,
)
from tests.conftest import crowd, person, signed_in
from tests.support.html_forms import text_of, what_is_sent

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db
LIST = "/console/reviews/"
NEW = "/console/reviews/new/"
PAGES = (LIST, NEW)


def page_of(review: AccessReview) -> str:
    return f"/console/reviews/{review.pk}/"


def wanted(company: Company, **other: Any) -> dict[str, Any]:
    return {
        "name": "Autumn",
        "licences": [str(company.crm.pk)],
        "roles": [Role.EDITOR.value],
        "profiles": [str(company.west.pk)],
        "groups": "sales",
        "reviewers": "ron@acme.example\nzoe@acme.example",
        "due": (timezone.localdate() + timedelta(days=10)).isoformat(),
        "undecided": "keep",
        **other,
    }


def looked(browser: Client, data: dict[str, Any]) -> dict[str, Any]:
    """Return what the button *Start the review* sends after a look."""
    page = browser.post(NEW, {**data, "_save": "1"}).content.decode()
    return {**data, "seen": what_is_sent(page, "seen")["seen"], "start": "1"}


def press(browser: Client, review: AccessReview, button: str) -> str:
    """Press a button of the page of a review, and return what is said then."""
    page = browser.get(page_of(review)).content.decode()
    sent = {"version": what_is_sent(page, "version")["version"], button: "1"}
    return text_of(browser.post(page_of(review), sent, follow=True))


@pytest.fixture
def rita(company: Company) -> Client:
    """The browser of who runs reviews."""
    return signed_in(company.rita)


class TestByRole:
    @pytest.mark.parametrize("role", list(Role))
    def test_who_sees_and_who_starts(
        self,
        company: Company,
        running: AccessReview,
        role: Role,
    ) -> None:
        browser = signed_in(person(company.tenant, "Pat", role))
        may = role in {Role.ADMIN, Role.ACCESS_REVIEW_MANAGER}
        expected = HTTPStatus.OK if may else HTTPStatus.FORBIDDEN

        for page in (*PAGES, page_of(running), f"{page_of(running)}csv/"):
            assert browser.get(page).status_code == expected
        answer = browser.post(page_of(running), {"end": "1"})

        assert (answer.status_code == HTTPStatus.FORBIDDEN) == (not may)
        assert state_of(running.pk) == AccessReview.State.RUNNING

    def test_another_company_finds_nothing(
        self,
        running: AccessReview,
        other_console: Client,
    ) -> None:
        for page in (page_of(running), f"{page_of(running)}csv/"):
            assert other_console.get(page).status_code == HTTPStatus.NOT_FOUND
        assert other_console.post(page_of(running), {"end": "1"}).status_code == 404
        assert "Autumn" not in text_of(other_console.get(LIST))


class TestStarting:
    def test_shows_first_what_it_would_be(self, company: Company, rita: Client) -> None:
        answer = rita.post(NEW, {**wanted(company), "_save": "1"})

        said = text_of(answer)
        assert "3 lines would be reviewed" in said
        assert "It ends after" in said
        with tenant_scope(company.tenant):
            assert not AccessReview.objects.exists()

    def test_starts_what_was_seen_once(self, company: Company, rita: Client) -> None:
        data = looked(rita, wanted(company))

        first = rita.post(NEW, data, follow=True)
        second = rita.post(NEW, data, follow=True)

        assert first.redirect_chain == second.redirect_chain
        assert "0 of 3 decided" in text_of(first)
        with tenant_scope(company.tenant):
            assert AccessReview.objects.get().starter == company.rita.pk

    @pytest.mark.parametrize("changed", [{"name": "Other"}, {"undecided": "revoke"}, {"seen": "x"}])
    def test_what_is_other_than_was_seen_is_shown_again(
        self,
        company: Company,
        rita: Client,
        changed: dict[str, str],
    ) -> None:
        answer = rita.post(NEW, {**looked(rita, wanted(company)), **changed})

        assert "Nothing was started yet" in text_of(answer)
        with tenant_scope(company.tenant):
            assert not AccessReview.objects.exists()

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"name": ""}, "This field is required"),
            ({"name": "x" * 201}, "at most 200"),
            ({"reviewers": "nobody@acme.example"}, "Nobody here is called"),
            ({"reviewers": "grace@globex.example"}, "Nobody here is called"),
            ({"reviewers": ""}, "This field is required"),
            ({"groups": "No such group"}, "No directory group is called"),
            ({"due": "1999-01-01"}, "after today"),
            ({"due": "9999-12-31"}, "within a year"),
            ({"due": "x"}, "valid date"),
            ({"roles": ["member"]}, "not one of the available choices"),
            ({"licences": ["999999"]}, "not one of the available choices"),
            ({"undecided": "delete"}, "not one of the available choices"),
            (
                {"licences": [], "roles": [], "profiles": [], "groups": ""},
                "at least one thing",
            ),
            (
                {"licences": [], "roles": ["connectorAdmin"], "profiles": [], "groups": ""},
                "Nobody holds any of this",
            ),
        ],
    )
    def test_bad_input_starts_nothing(
        self,
        company: Company,
        rita: Client,
        grace: User,
        wrong: dict[str, Any],
        says: str,
    ) -> None:
        for button in ("_save", "start"):
            answer = rita.post(NEW, {**wanted(company), **wrong, button: "1"})

            assert answer.status_code == HTTPStatus.OK
            assert says in text_of(answer)
        with tenant_scope(company.tenant):
            assert not AccessReview.objects.exists()


class TestOnePage:
    def test_shows_progress_lines_and_who_has_what_open(
        self,
        company: Company,
        rita: Client,
        running: AccessReview,
    ) -> None:
        decide(running, line_of(running, "licence", company.bob), REVOKE, note="Left sales")

        said = text_of(rita.get(page_of(running)))

        assert "1 of 3 decided" in said
        assert "0 keep, 1 revoke." in said
        assert "Left sales" in said

    def test_leads_to_the_lines_that_wait_for_who_looks(
        self, company: Company, rita: Client, in_acme: Tenant
    ) -> None:
        review = company.start(reviewers=[company.rita])
        own = reverse("account-review", args=[review.pk])
        for page in ("/console/reviews/", page_of(review)):
            assert own in rita.get(page).content.decode(), page
            assert own not in signed_in(company.alice).get(page).content.decode(), page
        assert "Decide your 3 lines" in text_of(rita.get(page_of(review)))
        assert "3 wait for you" in text_of(rita.get("/console/reviews/"))

        for line in ReviewLine.objects.filter(review=review).select_related("thing", "review"):
            decide(review, line, KEEP, company.rita)

        assert own not in rita.get(page_of(review)).content.decode()

    @pytest.mark.parametrize(
        "which",
        [
            "",
            "open",
            "keep",
            "revoke",
            "suggested",
            "revoked",
            "left",
            "back",
            "given",
            "not-given",
        ],
    )
    def test_is_filtered(self, rita: Client, running: AccessReview, which: str) -> None:
        for query in (f"which={which}", f"which={which}&containing=Bob", f"which={which}&p=9"):
            assert rita.get(f"{page_of(running)}?{query}").status_code == HTTPStatus.OK

    @pytest.mark.parametrize("query", ["which=x", "p=x", "other=1", "part=x"])
    def test_answers_no_other_question(
        self,
        rita: Client,
        running: AccessReview,
        query: str,
    ) -> None:
        assert rita.get(f"{page_of(running)}?{query}").status_code == HTTPStatus.BAD_REQUEST

    def test_is_taken_away_as_csv(
        self,
        company: Company,
        rita: Client,
        running: AccessReview,
    ) -> None:
        decide(running, line_of(running, "licence", company.bob), REVOKE, note="=cmd()")

        answer: Any = rita.get(f"{page_of(running)}csv/?which=revoke")

        [header, row] = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
        assert header.startswith("person,kind,holds,why,since,suggestion")
        assert "'=cmd()" in row
        assert "bob@acme.example" in row

    @pytest.mark.parametrize("number", [3, 300])
    def test_the_statements_do_not_grow_with_the_lines(
        self,
        company: Company,
        in_acme: Tenant,
        rita: Client,
        number: int,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        people = [each.pk for each in crowd(company.tenant, number)]
        group = create_group(values=GroupFields(display_name="All"), member_ids=people)
        review = company.start(things=things_chosen(groups=[group]))

        with django_assert_max_num_queries(16):
            rita.get(page_of(review))
        with django_assert_max_num_queries(10):
            rita.get(LIST)
        with django_assert_max_num_queries(10):
            answer: Any = rita.get(f"{page_of(review)}csv/")
            assert len(list(answer.streaming_content)) == number + 2


class TestButtons:
    def test_end_carries_out_and_undo_gives_back(
        self,
        company: Company,
        rita: Client,
        running: AccessReview,
    ) -> None:
        decide(running, line_of(running, "licence", company.bob), REVOKE)

        assert "The review has ended." in press(rita, running, "end")
        assert not Seat.objects.filter(released=None).exists()
        assert "Revoked" in text_of(rita.get(page_of(running)))

        assert "is being given back" in press(rita, running, "undo")
        assert Seat.objects.filter(released=None).exists()
        assert state_of(running.pk) == AccessReview.State.UNDONE

    def test_cancel_changes_nothing(
        self,
        company: Company,
        rita: Client,
        running: AccessReview,
    ) -> None:
        decide(running, line_of(running, "licence", company.bob), REVOKE)

        assert "Nothing was changed." in press(rita, running, "cancel")

        assert Seat.objects.filter(released=None).exists()

    @pytest.mark.parametrize("button", ["end", "cancel"])
    def test_in_two_tabs_the_second_press_is_refused(
        self,
        rita: Client,
        running: AccessReview,
        button: str,
    ) -> None:
        page = rita.get(page_of(running)).content.decode()
        stale = {"version": what_is_sent(page, "version")["version"], button: "1"}
        end_review(review_id=running.pk)

        answer = rita.post(page_of(running), stale, follow=True)

        assert "what the page showed has changed" in text_of(answer)
        assert state_of(running.pk) == AccessReview.State.APPLIED

    @pytest.mark.parametrize(
        "sent", [{}, {"end": "1"}, {"other": "1"}, {"version": "x", "undo": "1"}]
    )
    def test_nothing_happens_without_what_was_seen(
        self,
        rita: Client,
        running: AccessReview,
        sent: dict[str, str],
    ) -> None:
        rita.post(page_of(running), sent)

        assert state_of(running.pk) == AccessReview.State.RUNNING

    def test_a_job_that_failed_is_tried_again(
        self,
        company: Company,
        in_acme: Tenant,
        rita: Client,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(queueing, "hand_over", lambda job, *, lock: None)
            review = company.start()
        assert "No worker is running" in text_of(rita.get(page_of(review)))
        assert rita.get(f"{page_of(review)}?part=progress").status_code == HTTPStatus.OK
        Job.objects.update(state=Job.State.FAILED)
        assert "was given up" in text_of(rita.get(page_of(review)))

        press(rita, review, "go-on")

        assert state_of(review.pk) == AccessReview.State.RUNNING

    def test_cancelled_while_its_lines_are_made(
        self,
        company: Company,
        in_acme: Tenant,
        rita: Client,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(queueing, "hand_over", lambda job, *, lock: None)
            review = company.start()

        assert "Nothing was changed." in press(rita, review, "cancel")
        make_review_lines.work(review_id=str(review.pk))

        assert state_of(review.pk) == AccessReview.State.CANCELLED
        assert not ReviewLine.objects.exists()


class TestElsewhere:
    @pytest.mark.parametrize("days", [0, 2])
    def test_the_dashboard_names_what_is_due(
        self,
        rita: Client,
        running: AccessReview,
        days: int,
    ) -> None:
        AccessReview.objects.update(due=timezone.localdate() + timedelta(days=days))

        page = rita.get("/console/")

        assert "The access review “Autumn” ends" in text_of(page)
        assert page_of(running) in page.content.decode()

    def test_the_dashboard_is_silent_once_all_is_decided(
        self,
        company: Company,
        rita: Client,
        running: AccessReview,
    ) -> None:
        AccessReview.objects.update(due=timezone.localdate())
        for kind in ("licence", "profile", "group"):
            decide(running, line_of(running, kind, company.bob), KEEP)

        assert "Autumn" not in text_of(rita.get("/console/"))

    def test_the_person_s_page_shows_their_lines(
        self,
        company: Company,
        rita: Client,
        running: AccessReview,
    ) -> None:
        page = f"/console/accounts/user/{company.bob.pk}/change/"
        assert "Autumn" in text_of(rita.get(page))

        end_review(review_id=running.pk)

        assert "Autumn" not in text_of(rita.get(page))

    def test_the_list_says_so_before_the_first(self, console: Client) -> None:
        assert "No access was reviewed yet." in text_of(console.get(LIST))

    def test_no_such_review(self, console: Client) -> None:
        assert console.get(f"{LIST}{uuid4()}/").status_code == HTTPStatus.NOT_FOUND


def test_the_clock_ends_what_is_over(
    company: Company,
    rita: Client,
    running: AccessReview,
) -> None:
    AccessReview.objects.update(due=timezone.localdate() - timedelta(days=1))

    follow_reviews()

    assert "Carried out" in text_of(rita.get(page_of(running)))
