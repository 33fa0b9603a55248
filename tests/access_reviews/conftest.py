"""A company with something to review: Rita runs reviews, Ron and Zoe review, others hold things."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.deciding import Wish, decide_lines
from access_reviews.services.starting import Plan, start_review
from access_reviews.services.things import Thing, things_chosen
from accounts.groups.groups import GroupFields, create_group
from accounts.groups.mappings import set_group_mappings
from accounts.models import AccessProfile, DirectoryGroup, Role, User
from accounts.services.profiles import add_profile_members, create_profile
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from licenses.models import Subscription
from licenses.services import assign_seat
from tests.conftest import person

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Tenant

KEEP, REVOKE = ReviewLine.Decision.KEEP.value, ReviewLine.Decision.REVOKE.value


@dataclass
class Company:
    """Acme, and what its people hold."""

    tenant: Tenant
    alice: User
    rita: User
    ron: User
    zoe: User
    bob: User
    crm: Subscription
    west: AccessProfile
    sales: DirectoryGroup

    def things(self) -> list[Thing]:
        """A licence, a profile, a group and the role of an editor."""
        return things_chosen(
            licences=[self.crm], profiles=[self.west], groups=[self.sales], roles=[Role.EDITOR]
        )

    def plan(
        self,
        things: Iterable[Thing] | None = None,
        reviewers: Iterable[User] | None = None,
        undecided: AccessReview.Undecided = AccessReview.Undecided.KEEP,
        days: int = 14,
    ) -> Plan:
        return Plan(
            name="Autumn",
            things=list(things if things is not None else self.things()),
            reviewers=[each.pk for each in (reviewers or [self.ron, self.zoe])],
            due=timezone.localdate() + timedelta(days=days),
            undecided=undecided,
            starter=self.rita,
        )

    def start(self, **kwargs: object) -> AccessReview:
        plan = self.plan(**kwargs)  # type: ignore[arg-type]
        with audit.acting_as(plan.starter.user_name):
            return start_review(key=uuid4(), plan=plan)


@pytest.fixture
def company(acme: Tenant, alice: User, bob: User, crm: Subscription) -> Company:
    """Bob holds a seat and the profile by hand, and Sales; its scope is to be opened."""
    rita = person(acme, "Rita", Role.ACCESS_REVIEW_MANAGER)
    ron, zoe = person(acme, "Ron"), person(acme, "Zoe")
    with tenant_scope(acme):
        west = create_profile(name="West")
        add_profile_members(profile=west, user_ids=[bob.pk])
        assign_seat(subscription=crm, user=bob)
        sales = create_group(values=GroupFields(display_name="Sales"), member_ids=[bob.pk])
    return Company(acme, alice, rita, ron, zoe, bob, crm, west, sales)


@pytest.fixture
def running(company: Company, in_acme: Tenant) -> AccessReview:
    """A review of the licence, the profile, the group and the role, whose lines are made."""
    return company.start()


def line_of(review: AccessReview, kind: str, user: User) -> ReviewLine:
    """Return the line about a person and the only thing of a kind."""
    return ReviewLine.objects.select_related("thing", "review").get(
        review=review, thing__kind=kind, person=user.pk
    )


def reviewer_of(line: ReviewLine) -> User:
    """Return who decides a line."""
    assert line.reviewer is not None
    return User.objects.get(pk=line.reviewer)


def decide(
    review: AccessReview, line: ReviewLine, decision: str, by: User | None = None, note: str = ""
) -> int:
    """Decide a line as whoever is to."""
    reviewer = by or reviewer_of(line)
    wishes = {line.pk: Wish(decision, note, line.revision)}
    with audit.acting_as(reviewer.user_name):
        return decide_lines(review_id=review.pk, by=reviewer, wishes=wishes)


def give_role_by_group(group: DirectoryGroup, role: Role) -> None:
    """Let a group give its members a role."""
    set_group_mappings(group=group, role=role, profiles=[])


def state_of(review_id: UUID) -> str:
    """Return the state that a review has now."""
    return AccessReview.objects.get(pk=review_id).state
