"""Two at once, each on a connection of its own: who comes second sees what the first has done."""

from __future__ import annotations

import pytest

from access_reviews.errors import LineNotDecidedError, ReviewNotRunningError
from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.ending import begin_undoing, cancel_review, end_review
from accounts.models import AuditEntry
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Seat
from tests.access_reviews.conftest import KEEP, REVOKE, Company, decide, line_of, state_of
from tests.support.overlap import overlap

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
