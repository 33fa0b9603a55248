"""What a review decided about somebody whom a source had deleted, once that is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.applying import apply_to_who_is_back
from access_reviews.services.ending import begin_undoing, end_review
from accounts.models import AuditEntry, HeldChange, HeldPerson
from accounts.tenancy.scoping import tenant_scope
from tests.access_reviews.conftest import KEEP, REVOKE, Company
from tests.access_reviews.test_carrying_out import holds, revoke_all
from tests.conftest import person
from tests.support.held_changes import carry_out, take_back
from tests.support.scim import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.scim import SCIMClient

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def okta(company: Company) -> SCIMClient:
    """A source that may delete one person within an hour."""
    return connect(company.tenant, name="Okta", loss_number=1, on_delete="delete")


@pytest.fixture
def review(company: Company) -> Iterator[AccessReview]:
    """One that has decided to take everything; its tenant's scope is active."""
    with tenant_scope(company.tenant):
        running = company.start()
        revoke_all(running, company.alice)
        yield running


def delete_bob(company: Company, okta: SCIMClient) -> None:
    """Have the source delete two people, of whom Bob is the second, and held."""
    for each in (person(company.tenant, "First"), company.bob):
        okta.request("DELETE", f"/Users/{each.pk}", expect=204)
    assert HeldPerson.objects.filter(user_id=company.bob.pk, outcome="").exists()


def outcomes(company: Company) -> set[str]:
    lines = ReviewLine.objects.filter(person=company.bob.pk)
    return set(lines.values_list("outcome", flat=True))


def test_taken_back_after_the_end_they_lose_what_was_revoked(
    company: Company, review: AccessReview, okta: SCIMClient
) -> None:
    held = holds(company, company.bob)
    delete_bob(company, okta)
    end_review(review_id=review.pk)
    assert outcomes(company) == {"left"}

    take_back(change=HeldChange.objects.get())

    assert held == {"licence", "profile", "group"}
    assert holds(company, company.bob) == set()
    assert outcomes(company) == {"revoked"}
    assert set(ReviewLine.objects.values_list("outcome_reason", flat=True)) == {""}
    later = AuditEntry.objects.filter(action="review.carried_out_later")
    assert later.count() == 3


def test_taken_back_before_the_end_they_lose_it_with_the_others(
    company: Company, review: AccessReview, okta: SCIMClient
) -> None:
    delete_bob(company, okta)
    take_back(change=HeldChange.objects.get())
    assert holds(company, company.bob) == {"licence", "profile", "group"}

    end_review(review_id=review.pk)

    assert holds(company, company.bob) == set()
    assert outcomes(company) == {"revoked"}


def test_carried_out_the_lines_say_that_they_are_gone(
    company: Company, review: AccessReview, okta: SCIMClient
) -> None:
    delete_bob(company, okta)
    end_review(review_id=review.pk)

    carry_out(change=HeldChange.objects.get())

    assert outcomes(company) == {"left"}
    assert not AuditEntry.objects.filter(action="review.carried_out_later").exists()


def test_who_is_created_again_by_the_source_loses_it_too(
    company: Company, review: AccessReview, okta: SCIMClient
) -> None:
    delete_bob(company, okta)
    end_review(review_id=review.pk)

    okta.request("POST", "/Users", {"userName": company.bob.user_name}, expect=201)

    assert outcomes(company) == {"revoked"}
    assert holds(company, company.bob) == set()


def test_what_was_kept_or_undone_or_done_stays_so(
    company: Company, review: AccessReview, okta: SCIMClient
) -> None:
    """Also if the job that does it comes twice."""
    lines = ReviewLine.objects.filter(person=company.bob.pk)
    lines.exclude(thing__kind="licence").update(decision=KEEP)
    delete_bob(company, okta)
    end_review(review_id=review.pk)
    take_back(change=HeldChange.objects.get())
    assert holds(company, company.bob) == {"profile", "group"}

    begin_undoing(review_id=review.pk, by=company.rita)
    lines.update(decision=REVOKE)
    for key in lines.values_list("pk", flat=True):
        apply_to_who_is_back.defer(line_id=key)

    assert holds(company, company.bob) == {"licence", "profile", "group"}


def test_what_was_left_by_a_review_of_before_stays_so(
    company: Company, review: AccessReview, okta: SCIMClient
) -> None:
    """They held it otherwise then, and nobody has looked at that."""
    end_review(review_id=review.pk)
    ReviewLine.objects.filter(person=company.bob.pk).update(outcome="left", outcome_reason="x")
    assert holds(company, company.bob) == set()
    delete_bob(company, okta)

    take_back(change=HeldChange.objects.get())

    assert set(ReviewLine.objects.values_list("outcome_reason", flat=True)) == {"x"}
