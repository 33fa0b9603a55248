"""What follows by the clock: leavers, reminders, the end; and what is kept for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.db.models import CharField, TextField
from django.utils import timezone

from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.ending import end_review
from access_reviews.services.following import follow_reviews
from access_reviews.services.keeping import prune_reviews
from access_reviews.services.things import things_chosen
from accounts.groups.groups import GroupFields, create_group
from accounts.models import AuditEntry, Role
from accounts.services.roles import change_role
from accounts.services.users import deactivate_user, delete_user
from accounts.trail.retention import erase_person
from tests.access_reviews.conftest import (
    KEEP,
    REVOKE,
    Company,
    decide,
    line_of,
    reviewer_of,
    state_of,
)
from tests.conftest import person, signed_in

if TYPE_CHECKING:
    from accounts.models import Tenant

pytestmark = pytest.mark.django_db


def let_pass(review: AccessReview, days: int) -> None:
    """Let the last day of a review be so many days from now."""
    AccessReview.objects.filter(pk=review.pk).update(
        due=timezone.localdate() + timedelta(days=days)
    )


class TestALeavingReviewer:
    @pytest.mark.parametrize("leave", [deactivate_user, delete_user])
    def test_leaves_their_lines_to_who_started_it(
        self, company: Company, running: AccessReview, leave: object
    ) -> None:
        decide(running, line_of(running, "profile", company.bob), KEEP)
        mail.outbox.clear()

        leave(user=reviewer_of(line_of(running, "licence", company.bob)))  # type: ignore[operator]
        follow_reviews()
        follow_reviews()

        assert set(ReviewLine.objects.values_list("reviewer", flat=True)) == {company.rita.pk}
        letters = [each for each in mail.outbox if "reviewer who left" in each.subject]
        assert [each.to for each in letters] == [[company.rita.email]]
        assert "2 lines of theirs are yours" in str(letters[0].body)
        assert AuditEntry.objects.filter(action="review.lines_passed_on").count() == 1

    def test_leaves_them_to_the_admins_if_that_one_is_gone_too(
        self, company: Company, running: AccessReview
    ) -> None:
        gone = reviewer_of(line_of(running, "licence", company.bob))
        mail.outbox.clear()

        deactivate_user(user=gone)
        deactivate_user(user=company.rita)
        follow_reviews()

        assert set(ReviewLine.objects.values_list("reviewer", flat=True)) == {None}
        assert [company.alice.email] in [each.to for each in mail.outbox]

    def test_never_leaves_somebody_their_own_line(self, company: Company, in_acme: Tenant) -> None:
        people = [company.rita.pk, company.bob.pk]
        group = create_group(values=GroupFields(display_name="Own"), member_ids=people)
        review = company.start(things=things_chosen(groups=[group]), reviewers=[company.ron])

        deactivate_user(user=company.ron)
        follow_reviews()

        assert line_of(review, "group", company.rita).reviewer is None
        assert line_of(review, "group", company.bob).reviewer == company.rita.pk

    def test_who_is_no_admin_any_more_leaves_the_role_of_one_to_admins(
        self, company: Company, in_acme: Tenant
    ) -> None:
        zed = person(company.tenant, "Zed", Role.ADMIN)
        things = things_chosen(roles=[Role.ADMIN], licences=[company.crm])
        review = company.start(things=things, reviewers=[zed])
        change_role(user=zed, role=Role.MEMBER)

        follow_reviews()

        assert line_of(review, "role", company.alice).reviewer is None
        assert line_of(review, "licence", company.bob).reviewer == zed.pk

    def test_leaves_the_role_of_an_admin_to_admins(self, company: Company, in_acme: Tenant) -> None:
        ada = person(company.tenant, "Ada", Role.ADMIN)
        review = company.start(things=things_chosen(roles=[Role.ADMIN]), reviewers=[ada])
        assert line_of(review, "role", company.alice).reviewer == ada.pk

        deactivate_user(user=ada)
        follow_reviews()

        assert line_of(review, "role", company.alice).reviewer is None


class TestReminders:
    def test_once_for_each_number_of_days(self, company: Company, running: AccessReview) -> None:
        reviewer = reviewer_of(line_of(running, "licence", company.bob))
        said = []
        for days in (10, 7, 7, 5, 3, 2, 1, 0, 0):
            let_pass(running, days)
            mail.outbox.clear()
            follow_reviews()
            said.append([each.to for each in mail.outbox])

        asked = [[reviewer.email]]
        assert said == [[], asked, [], [], asked, [], asked, asked, []]

    def test_the_last_day_is_named(self, company: Company, running: AccessReview) -> None:
        let_pass(running, 0)
        mail.outbox.clear()

        follow_reviews()

        assert "is the last day" in str(mail.outbox[0].body)

    def test_who_has_decided_all_is_not_reminded(
        self, company: Company, running: AccessReview
    ) -> None:
        for kind in ("licence", "profile", "group"):
            decide(running, line_of(running, kind, company.bob), KEEP)
        let_pass(running, 1)
        mail.outbox.clear()

        follow_reviews()

        assert mail.outbox == []


class TestTheEnd:
    def test_comes_when_the_last_day_is_over(self, company: Company, running: AccessReview) -> None:
        let_pass(running, 0)
        follow_reviews()
        assert state_of(running.pk) == AccessReview.State.RUNNING

        let_pass(running, -1)
        follow_reviews()
        follow_reviews()

        assert state_of(running.pk) == AccessReview.State.APPLIED
        assert AuditEntry.objects.get(action="review.ended").actor == "system"


class TestKeeping:
    def test_as_long_as_the_trail(self, company: Company, running: AccessReview) -> None:
        end_review(review_id=running.pk)
        prune_reviews()
        assert ReviewLine.objects.exists()
        AccessReview.objects.update(ended=timezone.now() - timedelta(days=4_000))

        prune_reviews()

        assert not AccessReview.objects.exists()
        assert not ReviewLine.objects.exists()

    def test_nothing_that_runs_is_deleted(self, company: Company, running: AccessReview) -> None:
        AccessReview.objects.update(created=timezone.now() - timedelta(days=4_000))

        prune_reviews()

        assert AccessReview.objects.exists()

    def test_an_erased_person_is_in_no_line(self, company: Company, running: AccessReview) -> None:
        said = {
            field.name
            for field in ReviewLine._meta.concrete_fields
            if isinstance(field, (CharField, TextField)) and not field.choices
        }
        ReviewLine.objects.update(**dict.fromkeys(said, "Bob needs it"))
        bob = company.bob.pk
        delete_user(user=company.bob)

        erase_person(person_id=bob)

        assert said >= {"person_name", "note", "outcome_reason", "restored_reason"}
        for line in ReviewLine.objects.filter(person=bob):
            assert {getattr(line, name) for name in said} == {""}
            assert line.reasons == []

    def test_a_refusal_that_names_an_erased_person_names_them_no_more(
        self, company: Company, running: AccessReview
    ) -> None:
        line = line_of(running, "licence", company.bob)
        browser = signed_in(reviewer_of(line))
        decide(running, line, KEEP)
        sent = {
            "line": line.pk,
            f"{line.pk}-decision": REVOKE,
            f"{line.pk}-revision": 0,
            f"initial-{line.pk}-decision": "",
        }
        browser.post(f"/account/reviews/{running.pk}/", sent)
        refusals = AuditEntry.objects.filter(action="review.decision_refused")
        assert "bob@acme.example" in str(refusals.get().details)
        bob = company.bob.pk
        delete_user(user=company.bob)

        erase_person(person_id=bob)

        assert "bob" not in str(refusals.get().details).lower()
        assert "bob" not in refusals.get().target.lower()
