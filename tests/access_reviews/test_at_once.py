"""Two at once, each on a connection of its own: who comes second sees what the first has done."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from access_reviews.errors import LineNotDecidedError, ReviewNotRunningError
from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services import giving_back, taking
from access_reviews.services.ending import begin_undoing, cancel_review, end_review
from access_reviews.services.things import things_chosen
from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.groups import GroupFields, create_group, update_group
from accounts.models import AuditEntry
from accounts.tenancy.scoping import tenant_scope
from licenses.group_licenses import set_group_licenses
from licenses.models import Seat, Subscription
from tests.access_reviews.conftest import KEEP, REVOKE, Company, decide, line_of, state_of
from tests.support.overlap import overlap, wait_for

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def running(company: Company) -> AccessReview:
    """A review that is committed."""
    with tenant_scope(company.tenant):
        return company.start()


@pytest.fixture
def seat(company: Company, running: AccessReview) -> ReviewLine:
    """The line about Bob's seat."""
    with tenant_scope(company.tenant):
        return line_of(running, "licence", company.bob)


def test_a_decision_that_comes_while_it_ends_is_refused(
    company: Company, running: AccessReview, seat: ReviewLine
) -> None:
    ended, decided = overlap(
        company.tenant,
        lambda: end_review(review_id=running.pk),
        lambda: decide(running, seat, REVOKE),
    )

    assert ended is None
    assert isinstance(decided, ReviewNotRunningError)
    with tenant_scope(company.tenant):
        assert ReviewLine.objects.get(pk=seat.pk).decision == ""
        assert Seat.objects.filter(released=None).exists()


def test_the_end_that_comes_while_somebody_decides_carries_that_out(
    company: Company, running: AccessReview, seat: ReviewLine
) -> None:
    raised = overlap(
        company.tenant,
        lambda: decide(running, seat, REVOKE),
        lambda: end_review(review_id=running.pk),
    )

    assert raised == [None, None]
    with tenant_scope(company.tenant):
        assert ReviewLine.objects.get(pk=seat.pk).outcome == ReviewLine.Outcome.REVOKED
        assert not Seat.objects.filter(released=None).exists()


@pytest.mark.parametrize("second", [end_review, cancel_review])
def test_it_ends_once(company: Company, running: AccessReview, second: object) -> None:
    first, refused = overlap(
        company.tenant,
        lambda: end_review(review_id=running.pk),
        lambda: second(review_id=running.pk),  # type: ignore[operator]
    )

    assert first is None
    assert isinstance(refused, ReviewNotRunningError)
    with tenant_scope(company.tenant):
        assert AuditEntry.objects.filter(action="review.carried_out").count() == 1
        assert state_of(running.pk) == AccessReview.State.APPLIED


def test_of_two_decisions_in_two_tabs_one_counts(
    company: Company, running: AccessReview, seat: ReviewLine
) -> None:
    first, refused = overlap(
        company.tenant,
        lambda: decide(running, seat, KEEP),
        lambda: decide(running, seat, REVOKE),
    )

    assert first is None
    assert isinstance(refused, LineNotDecidedError)
    with tenant_scope(company.tenant):
        assert ReviewLine.objects.get(pk=seat.pk).decision == KEEP


def test_it_is_undone_once(company: Company, running: AccessReview, seat: ReviewLine) -> None:
    with tenant_scope(company.tenant):
        decide(running, seat, REVOKE)
        end_review(review_id=running.pk)

    first, refused = overlap(
        company.tenant,
        lambda: begin_undoing(review_id=running.pk, by=company.rita),
        lambda: begin_undoing(review_id=running.pk, by=company.alice),
    )

    assert first is None
    assert refused is not None
    with tenant_scope(company.tenant):
        assert Seat.objects.filter(released=None).count() == 1


@pytest.mark.parametrize("module", [taking, giving_back])
def test_two_groups_with_the_same_seats_are_waited_for_in_no_circle(
    company: Company, monkeypatch: pytest.MonkeyPatch, module: ModuleType
) -> None:
    """While a line changes two groups, somebody else changes the second one of them."""
    with tenant_scope(company.tenant):
        Subscription.objects.update(seats=9)
        groups = [
            create_group(values=GroupFields(display_name=name), member_ids=people)
            for name, people in (
                ("A", [company.bob.pk]),
                ("B", [company.bob.pk, company.ron.pk]),
            )
        ]
        for group in groups:
            set_group_licenses(group=group, subscriptions=[company.crm])
        review = company.start(things=things_chosen(licences=[company.crm]))
        line = line_of(review, "licence", company.bob)
        decide(review, line, REVOKE)
    if module is giving_back:
        with tenant_scope(company.tenant):
            end_review(review_id=review.pk)
    real, others = update_group, list[Future[None]]()

    def leave() -> None:
        try:
            with tenant_scope(company.tenant):
                values = GroupFields.of(groups[1])
                step = MemberDelta(remove=(company.ron.pk,))
                real(group=groups[1], values=values, members=[step])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:

        def in_between(**kwargs: Any) -> bool:
            done = real(**kwargs)
            if not others:
                over = threading.Event()
                others.append(pool.submit(leave))
                others[0].add_done_callback(lambda _done: over.set())
                wait_for(over)
            return done

        monkeypatch.setattr(module, "update_group", in_between)
        with tenant_scope(company.tenant):
            if module is taking:
                end_review(review_id=review.pk)
            else:
                begin_undoing(review_id=review.pk, by=company.rita)
        others[0].result()

    with tenant_scope(company.tenant):
        line = line_of(review, "licence", company.bob)
        assert (line.outcome, line.restored) == (
            "revoked",
            "given" if module is giving_back else "",
        )
        assert not groups[1].members.filter(user=company.ron).exists()
