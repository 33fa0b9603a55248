"""Deciding lines over HTTP: by whoever is asked, and nobody else; all of it, or nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from access_reviews.errors import LineNotDecidedError
from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.deciding import keep_as_suggested
from access_reviews.services.ending import cancel_review, end_review
from access_reviews.services.things import things_chosen
from accounts.groups.groups import GroupFields, create_group
from accounts.models import AuditEntry, Role, User
from accounts.services.profiles import delete_profile
from accounts.services.roles import change_role
from accounts.services.users import deactivate_user, delete_user
from accounts.tenancy.scoping import tenant_scope
from tests.access_reviews.conftest import KEEP, REVOKE, Company, decide, line_of, reviewer_of
from tests.conftest import crowd, person, signed_in
from tests.support.html_forms import text_of

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db


def page_of(review: AccessReview) -> str:
    return f"/account/reviews/{review.pk}/"


def sent(line: ReviewLine, decision: str, note: str = "", **more: Any) -> dict[str, Any]:
    """What the form sends of a line that it showed as ``line`` is."""
    return {
        "line": [str(line.pk)],
        f"{line.pk}-revision": str(line.revision),
        f"{line.pk}-decision": decision,
        f"{line.pk}-note": note,
        f"initial-{line.pk}-decision": line.decision,
        f"initial-{line.pk}-note": line.note,
        **more,
    }


@pytest.fixture
def mine(company: Company, running: AccessReview) -> tuple[Client, ReviewLine]:
    """The browser of Bob's reviewer, and the line about his seat."""
    line = line_of(running, "licence", company.bob)
    return signed_in(reviewer_of(line)), line


class TestTheirOwnPage:
    def test_the_account_page_leads_there(self, mine: tuple[Client, ReviewLine]) -> None:
        browser, line = mine

        said = browser.get("/account/").content.decode()

        assert f"/account/reviews/{line.review_id}/" in said
        assert "3 lines to decide" in said

    def test_a_decision_is_stored_and_can_be_changed(
        self, mine: tuple[Client, ReviewLine], running: AccessReview
    ) -> None:
        browser, line = mine

        answer = browser.post(page_of(running), sent(line, REVOKE, "Left sales"), follow=True)

        assert "1 decision is saved." in text_of(answer)
        line.refresh_from_db()
        assert (line.decision, line.note) == (REVOKE, "Left sales")
        assert not line.decided_by_admin
        browser.post(page_of(running), sent(line, KEEP))
        line.refresh_from_db()
        assert (line.decision, line.note) == (KEEP, "")
        assert AuditEntry.objects.filter(action="review.lines_decided").count() == 2
        browser.post(page_of(running), sent(line, ""))
        line.refresh_from_db()
        assert (line.decision, line.decided, line.decided_by) == ("", None, None)

    def test_all_that_are_suggested_to_be_kept_are_kept_at_once(
        self, mine: tuple[Client, ReviewLine], running: AccessReview
    ) -> None:
        browser, line = mine
        ReviewLine.objects.filter(pk=line.pk).update(suggestion="revoke")

        answer = browser.post(page_of(running), {"keep-suggested": "1"}, follow=True)

        assert "2 lines are kept." in text_of(answer)
        line.refresh_from_db()
        assert line.decision == ""

    @pytest.mark.parametrize("show", ["", "revoke", "look", "keep", "decided", "nonsense"])
    def test_each_filter_shows_a_page(
        self, mine: tuple[Client, ReviewLine], running: AccessReview, show: str
    ) -> None:
        assert mine[0].get(page_of(running), {"show": show}).status_code == HTTPStatus.OK

    @pytest.mark.parametrize("number", [3, 300])
    def test_the_statements_do_not_grow_with_the_lines(
        self,
        company: Company,
        in_acme: Tenant,
        number: int,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        people = [each.pk for each in crowd(company.tenant, number)]
        group = create_group(values=GroupFields(display_name="All"), member_ids=people)
        review = company.start(things=things_chosen(groups=[group]), reviewers=[company.ron])
        browser = signed_in(company.ron)

        with django_assert_max_num_queries(14):
            browser.get(page_of(review))
        with django_assert_max_num_queries(15):
            browser.get("/account/")

    def test_who_has_just_been_deactivated_decides_nothing(
        self, mine: tuple[Client, ReviewLine], running: AccessReview
    ) -> None:
        line = mine[1]
        reviewer = reviewer_of(line)
        deactivate_user(user=User.objects.get(pk=reviewer.pk))

        with pytest.raises(LineNotDecidedError):
            decide(running, line, REVOKE, by=reviewer)
        with pytest.raises(LineNotDecidedError):
            keep_as_suggested(review_id=running.pk, by=reviewer)

        line.refresh_from_db()
        assert line.decision == ""

    def test_several_at_once(self, company: Company, running: AccessReview) -> None:
        lines = list(ReviewLine.objects.filter(review=running))
        reviewer = reviewer_of(lines[0])
        data: dict[str, Any] = {}
        for each in lines:
            data |= sent(each, KEEP)
        data["line"] = [str(each.pk) for each in lines]

        answer = signed_in(reviewer).post(page_of(running), data, follow=True)

        assert "3 decisions are saved." in text_of(answer)


class TestWhoMay:
    @pytest.mark.parametrize("who", ["bob", "rita", "alice"])
    def test_others_find_no_page_and_decide_nothing(
        self, company: Company, running: AccessReview, who: str
    ) -> None:
        line = line_of(running, "licence", company.bob)
        browser = signed_in(getattr(company, who))

        answer = browser.post(page_of(running), sent(line, KEEP))

        assert browser.get(page_of(running)).status_code == HTTPStatus.NOT_FOUND
        assert answer.status_code == HTTPStatus.NOT_FOUND
        line.refresh_from_db()
        assert line.decision == ""

    def test_another_company_finds_nothing(
        self, running: AccessReview, other_console: Client, platform: Client, client: Client
    ) -> None:
        for browser in (other_console, platform):
            assert browser.get(page_of(running)).status_code == HTTPStatus.NOT_FOUND
        assert client.get(page_of(running)).status_code == HTTPStatus.FOUND

    def test_a_reviewer_decides_no_line_of_another_s(
        self, company: Company, in_acme: Tenant
    ) -> None:
        group = create_group(
            values=GroupFields(display_name="Two"), member_ids=[company.ron.pk, company.zoe.pk]
        )
        review = company.start(things=things_chosen(groups=[group]))
        own, other = (line_of(review, "group", each) for each in (company.ron, company.zoe))
        browser = signed_in(company.ron)

        for wrong in (own, own):
            answer = browser.post(page_of(review), sent(wrong, KEEP))
            assert "somebody else decides" in text_of(answer)
        browser.post(page_of(review), sent(other, KEEP))

        assert ReviewLine.objects.get(pk=own.pk).decision == ""
        assert ReviewLine.objects.get(pk=other.pk).decision == KEEP

    def test_who_is_no_admin_takes_no_role_of_one(self, company: Company, in_acme: Tenant) -> None:
        review = company.start(things=things_chosen(roles=[Role.ADMIN]), reviewers=[company.alice])
        person(company.tenant, "Ada", Role.ADMIN)
        ReviewLine.objects.update(reviewer=company.ron.pk)
        line = line_of(review, "role", company.alice)
        browser = signed_in(company.ron)

        refused = text_of(browser.post(page_of(review), sent(line, REVOKE)))
        kept = browser.post(page_of(review), sent(line, KEEP))

        assert "only a system admin" in refused
        assert kept.status_code == HTTPStatus.FOUND
        assert ReviewLine.objects.get(pk=line.pk).decision == KEEP

    def test_any_admin_decides_lines_that_nobody_in_particular_does(
        self, company: Company, running: AccessReview
    ) -> None:
        ReviewLine.objects.update(reviewer=None)
        line = line_of(running, "licence", company.bob)

        signed_in(company.alice).post(page_of(running), sent(line, REVOKE))

        line.refresh_from_db()
        assert (line.decision, line.decided_by_admin) == (REVOKE, True)


class TestTooLate:
    @pytest.mark.parametrize("what", [end_review, cancel_review])
    def test_the_review_has_ended(
        self, mine: tuple[Client, ReviewLine], running: AccessReview, what: Any
    ) -> None:
        browser, line = mine
        what(review_id=running.pk)

        answer = browser.post(page_of(running), sent(line, REVOKE))

        assert "has ended, so nothing was saved" in text_of(answer)
        assert ReviewLine.objects.get(pk=line.pk).decision == ""
        assert "nothing can be changed" in text_of(browser.get(page_of(running)))

    def test_in_two_tabs_the_second_is_told(
        self, mine: tuple[Client, ReviewLine], running: AccessReview
    ) -> None:
        browser, line = mine
        browser.post(page_of(running), sent(line, KEEP))

        answer = browser.post(page_of(running), sent(line, REVOKE, "as I said"))

        said = answer.content.decode()
        assert "was decided meanwhile" in said
        assert "as I said" in said
        assert ReviewLine.objects.get(pk=line.pk).decision == KEEP

    def test_in_two_tabs_what_was_not_touched_is_not_judged(
        self, company: Company, mine: tuple[Client, ReviewLine], running: AccessReview
    ) -> None:
        browser, line = mine
        other = line_of(running, "profile", company.bob)
        browser.post(page_of(running), sent(line, KEEP))

        data = {**sent(line, ""), **sent(other, REVOKE)}
        data["line"] = [str(line.pk), str(other.pk)]
        browser.post(page_of(running), data)

        decisions = {each.pk: each.decision for each in ReviewLine.objects.all()}
        assert (decisions[line.pk], decisions[other.pk]) == (KEEP, REVOKE)

    def test_the_person_is_gone(
        self, company: Company, mine: tuple[Client, ReviewLine], running: AccessReview
    ) -> None:
        browser, line = mine
        delete_user(user=company.bob)

        answer = browser.post(page_of(running), sent(line, KEEP))

        assert "is not here any more" in text_of(answer)
        assert "Not here any more" in text_of(browser.get(page_of(running)))

    def test_the_thing_is_gone_and_nothing_of_the_rest_is_saved(
        self, company: Company, mine: tuple[Client, ReviewLine], running: AccessReview
    ) -> None:
        browser, line = mine
        west = line_of(running, "profile", company.bob)
        delete_profile(profile=company.west)

        data = {**sent(line, KEEP), **sent(west, KEEP)}
        data["line"] = [str(line.pk), str(west.pk)]
        answer = browser.post(page_of(running), data)

        assert "West is not there any more" in text_of(answer)
        assert not ReviewLine.objects.exclude(decision="").exists()

    def test_the_lines_were_passed_on(
        self, company: Company, mine: tuple[Client, ReviewLine], running: AccessReview
    ) -> None:
        browser, line = mine
        ReviewLine.objects.filter(pk=line.pk).update(reviewer=company.rita.pk)

        answer = browser.post(page_of(running), sent(line, KEEP))

        assert "somebody else decides" in text_of(answer)


class TestBadInput:
    @pytest.mark.parametrize(
        ("decision", "note", "says"),
        [
            ("delete", "", "Nothing was saved"),
            (KEEP, "x" * 501, "Nothing was saved"),
            ("", "why not", "a note alone is not kept"),
        ],
    )
    def test_is_marked_and_changes_nothing(
        self,
        mine: tuple[Client, ReviewLine],
        running: AccessReview,
        decision: str,
        note: str,
        says: str,
    ) -> None:
        browser, line = mine

        answer = browser.post(page_of(running), sent(line, decision, note))

        assert says in text_of(answer)
        assert ReviewLine.objects.get(pk=line.pk).decision == ""

    @pytest.mark.parametrize("data", [{}, {"line": "x"}, {"line": "9" * 30}, {"line": "1"}])
    def test_nonsense_changes_nothing(
        self, mine: tuple[Client, ReviewLine], running: AccessReview, data: dict[str, str]
    ) -> None:
        answer = mine[0].post(page_of(running), data)

        assert answer.status_code in {HTTPStatus.OK, HTTPStatus.FOUND}
        assert not ReviewLine.objects.exclude(decision="").exists()

    def test_another_company_s_line_is_not_there(
        self, company: Company, mine: tuple[Client, ReviewLine], globex: Tenant
    ) -> None:
        _browser, line = mine
        with tenant_scope(globex):
            assert not ReviewLine.objects.filter(pk=line.pk).exists()


def test_a_demoted_admin_decides_lines_of_admins_no_more(
    company: Company, running: AccessReview
) -> None:
    ReviewLine.objects.update(reviewer=None)
    ada = person(company.tenant, "Ada", Role.ADMIN)
    browser = signed_in(ada)
    assert browser.get(page_of(running)).status_code == HTTPStatus.OK
    with tenant_scope(company.tenant):
        change_role(user=ada, role=Role.MEMBER)

    assert browser.get(page_of(running)).status_code == HTTPStatus.NOT_FOUND


def test_deciding_the_same_again_changes_nothing(company: Company, running: AccessReview) -> None:
    line = line_of(running, "licence", company.bob)
    assert decide(running, line, KEEP) == 1
    line.refresh_from_db()

    assert decide(running, line, KEEP) == 0
    assert AuditEntry.objects.filter(action="review.lines_decided").count() == 1
