"""Carrying a review out, and undoing it: what is taken, what is left and why, what comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from access_reviews.errors import NotUndoneError, ReviewNotRunningError
from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services import applying
from access_reviews.services.applying import apply_review, undo_review
from access_reviews.services.ending import begin_undoing, cancel_review, end_review
from access_reviews.services.giving_back import give_back
from access_reviews.services.taking import take_from
from access_reviews.services.things import things_chosen
from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.groups import GroupFields, create_group, delete_group, update_group
from accounts.models import (
    AuditEntry,
    DirectoryGroupMember,
    DirectoryGroupProfile,
    ProfileMembership,
    Role,
    User,
)
from accounts.services.profiles import (
    add_profile_members,
    delete_profile,
    remove_profile_members,
)
from accounts.services.roles import change_role
from accounts.services.users import deactivate_user, delete_user
from accounts.trail import audit
from licenses.group_licenses import set_group_licenses
from licenses.models import Seat, Subscription
from licenses.services import assign_seat, release_seat
from tests.access_reviews.conftest import (
    KEEP,
    REVOKE,
    Company,
    decide,
    give_role_by_group,
    line_of,
    state_of,
)
from tests.conftest import crowd, person

if TYPE_CHECKING:
    from accounts.models import Tenant

pytestmark = pytest.mark.django_db
Outcome = ReviewLine.Outcome


def revoke_all(review: AccessReview, by: User) -> None:
    """Let an admin have decided to revoke each line."""
    ReviewLine.objects.filter(review=review).update(
        decision=REVOKE,
        decided=timezone.now(),
        decided_by=by.pk,
        decided_by_admin=by.is_admin,
    )


def holds(company: Company, user: User) -> set[str]:
    """What somebody holds of what the review asks about."""
    user.refresh_from_db()
    found = set()
    if Seat.objects.filter(user=user, subscription=company.crm, released=None).exists():
        found.add("licence")
    if ProfileMembership.objects.filter(user=user, profile=company.west).exists():
        found.add("profile")
    if DirectoryGroupMember.objects.filter(user=user, group=company.sales).exists():
        found.add("group")
    if user.role != Role.MEMBER:
        found.add("role")
    return found


@pytest.fixture
def all_revoked(company: Company, in_acme: Tenant) -> AccessReview:
    """A carried out review that has revoked all that Bob held, an editor among it."""
    change_role(user=company.bob, role=Role.EDITOR)
    review = company.start()
    revoke_all(review, company.ron)
    with audit.acting_as(company.rita.user_name):
        return end_review(review_id=review.pk)


class TestRevoking:
    def test_takes_what_was_decided_and_leaves_the_rest(
        self, company: Company, running: AccessReview
    ) -> None:
        decide(running, line_of(running, "licence", company.bob), REVOKE)
        decide(running, line_of(running, "profile", company.bob), KEEP)

        end_review(review_id=running.pk)

        assert holds(company, company.bob) == {"profile", "group"}
        assert state_of(running.pk) == AccessReview.State.APPLIED
        line = line_of(running, "licence", company.bob)
        assert (line.outcome, line.removed["licence"]) == (Outcome.REVOKED, company.crm.pk)
        assert Seat.objects.get().release_reason == "Access review “Autumn”"

    def test_takes_each_kind_and_names_it_in_the_trail(
        self, company: Company, all_revoked: AccessReview
    ) -> None:
        assert holds(company, company.bob) == set()
        outcomes = ReviewLine.objects.values_list("outcome", flat=True)
        assert set(outcomes) == {Outcome.REVOKED}
        for action in ("license.released", "user.role_changed", "profile.members_changed"):
            entry = AuditEntry.objects.filter(action=action).latest("pk")
            assert entry.actor == company.rita.user_name
        done = AuditEntry.objects.get(action="review.carried_out")
        assert done.details == {"revoked": 4, "not_revoked": 0}

    @pytest.mark.parametrize("undecided", list(AccessReview.Undecided))
    def test_undecided_lines_become_what_was_chosen(
        self, company: Company, in_acme: Tenant, undecided: AccessReview.Undecided
    ) -> None:
        review = company.start(undecided=undecided)

        end_review(review_id=review.pk)

        is_kept = undecided == AccessReview.Undecided.KEEP
        assert holds(company, company.bob) == (
            {"licence", "profile", "group"} if is_kept else set()
        )

    def test_takes_the_membership_of_the_group_that_gives_it(
        self, company: Company, in_acme: Tenant
    ) -> None:
        ann = person(company.tenant, "Ann")
        inner = create_group(values=GroupFields(display_name="Inner"), member_ids=[ann.pk])
        outer = create_group(values=GroupFields(display_name="Outer"), member_ids=[inner.pk])
        set_group_licenses(group=outer, subscriptions=[company.crm])
        DirectoryGroupProfile.objects.create(group=outer, profile=company.west)
        give_role_by_group(outer, Role.EDITOR)
        review = company.start(
            things=things_chosen(licences=[company.crm], roles=[Role.EDITOR], groups=[outer])
        )
        decide(review, line_of(review, "licence", ann), REVOKE)

        end_review(review_id=review.pk)

        line = line_of(review, "licence", ann)
        assert line.removed == {"groups": [str(inner.pk)]}
        assert holds(company, ann) == set()

    def test_marks_what_an_identity_provider_gave(self, company: Company, in_acme: Tenant) -> None:
        ann = person(company.tenant, "Ann")
        with audit.acting_as("SCIM: Okta"):
            assign_seat(subscription=company.crm, user=ann)
            update_group(
                group=company.sales,
                values=GroupFields.of(company.sales),
                members=[MemberDelta(add=(ann.pk,))],
            )
        review = company.start()
        revoke_all(review, company.ron)

        end_review(review_id=review.pk)

        for kind in ("licence", "group"):
            assert line_of(review, kind, ann).may_come_back
            assert not line_of(review, kind, company.bob).may_come_back

    def test_who_waits_gets_the_seat(self, company: Company, in_acme: Tenant) -> None:
        Subscription.objects.update(seats=1)
        ann = person(company.tenant, "Ann")
        group = create_group(values=GroupFields(display_name="Queue"), member_ids=[ann.pk])
        set_group_licenses(group=group, subscriptions=[company.crm])
        review = company.start(things=things_chosen(licences=[company.crm]))
        revoke_all(review, company.ron)

        end_review(review_id=review.pk)

        assert holds(company, ann) == {"licence"}

    def test_tells_who_started_it(self, company: Company, all_revoked: AccessReview) -> None:
        assert mail.outbox[-1].to == [company.rita.email]
        assert "4 lines were revoked." in str(mail.outbox[-1].body)


class TestLeftAsItIs:
    def ended(self, company: Company, review: AccessReview, kind: str) -> ReviewLine:
        end_review(review_id=review.pk)
        return line_of(review, kind, company.bob)

    @pytest.fixture
    def decided(self, company: Company, running: AccessReview) -> AccessReview:
        revoke_all(running, company.ron)
        return running

    def test_somebody_who_is_gone(self, company: Company, decided: AccessReview) -> None:
        bob = company.bob.pk
        delete_user(user=company.bob)
        end_review(review_id=decided.pk)

        lines = ReviewLine.objects.filter(person=bob)
        assert {(line.outcome, line.outcome_reason) for line in lines} == {
            (Outcome.LEFT, "They are not here any more.")
        }

    def test_a_thing_that_is_gone(self, company: Company, decided: AccessReview) -> None:
        delete_profile(profile=company.west)

        line = self.ended(company, decided, "profile")

        assert (line.outcome, line.outcome_reason) == (Outcome.LEFT, "It is not there any more.")

    def test_what_they_hold_no_more(self, company: Company, decided: AccessReview) -> None:
        release_seat(subscription=company.crm, user=company.bob)

        line = self.ended(company, decided, "licence")

        assert line.outcome_reason == "They do not hold it any more."

    def test_what_was_given_anew(self, company: Company, decided: AccessReview) -> None:
        release_seat(subscription=company.crm, user=company.bob)
        assign_seat(subscription=company.crm, user=company.bob)
        remove_profile_members(profile=company.west, user_ids=[company.bob.pk])
        add_profile_members(profile=company.west, user_ids=[company.bob.pk])

        for kind in ("licence", "profile"):
            line = (
                self.ended(company, decided, kind)
                if kind == "licence"
                else line_of(decided, kind, company.bob)
            )
            assert "given to them anew" in line.outcome_reason
        assert holds(company, company.bob) >= {"licence", "profile"}

    def test_the_last_admin(self, company: Company, in_acme: Tenant) -> None:
        review = company.start(things=things_chosen(roles=[Role.ADMIN]))
        revoke_all(review, company.alice)

        end_review(review_id=review.pk)

        company.alice.refresh_from_db()
        assert company.alice.role == Role.ADMIN
        [line] = ReviewLine.objects.filter(review=review)
        assert line.outcome == Outcome.LEFT
        assert line.outcome_reason

    @pytest.mark.parametrize("way", ["by hand", "nobody decided", "by a group"])
    def test_an_admin_without_an_admin_s_decision(
        self, company: Company, in_acme: Tenant, way: str
    ) -> None:
        ada = person(company.tenant, "Ada", Role.ADMIN)
        things = things_chosen(roles=[Role.ADMIN])
        if way == "by a group":
            give_role_by_group(company.sales, Role.ADMIN)
            update_group(
                group=company.sales,
                values=GroupFields.of(company.sales),
                members=[MemberDelta(add=(ada.pk,))],
            )
            things = things_chosen(groups=[company.sales])
        review = company.start(things=things, undecided=AccessReview.Undecided.REVOKE)
        if way != "nobody decided":
            revoke_all(review, company.ron)

        end_review(review_id=review.pk)

        ada.refresh_from_db()
        assert ada.role == Role.ADMIN
        line = ReviewLine.objects.get(person=ada.pk)
        assert line.outcome == Outcome.LEFT
        assert "only a system admin decides" in line.outcome_reason
        if way == "by a group":
            assert DirectoryGroupMember.objects.filter(user=ada, group=company.sales).exists()

    def test_an_admin_with_one_is_revoked(self, company: Company, in_acme: Tenant) -> None:
        ada = person(company.tenant, "Ada", Role.ADMIN)
        review = company.start(things=things_chosen(roles=[Role.ADMIN]))
        decide(review, line_of(review, "role", ada), REVOKE, by=company.alice)

        end_review(review_id=review.pk)

        ada.refresh_from_db()
        assert ada.role == Role.MEMBER


class TestOnce:
    def test_a_review_ends_once(self, company: Company, running: AccessReview) -> None:
        end_review(review_id=running.pk)

        with pytest.raises(ReviewNotRunningError):
            end_review(review_id=running.pk)
        with pytest.raises(ReviewNotRunningError):
            cancel_review(review_id=running.pk)
        assert AuditEntry.objects.filter(action="review.ended").count() == 1

    def test_a_cancelled_one_changes_nothing(self, company: Company, running: AccessReview) -> None:
        revoke_all(running, company.ron)

        cancel_review(review_id=running.pk)
        apply_review.work(review_id=str(running.pk))

        assert holds(company, company.bob) == {"licence", "profile", "group"}
        assert state_of(running.pk) == AccessReview.State.CANCELLED

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_killed_half_way_and_taken_up_again(
        self, company: Company, in_acme: Tenant, monkeypatch: pytest.MonkeyPatch, when: str
    ) -> None:
        people = crowd(company.tenant, 5)
        add_profile_members(profile=company.west, user_ids=[each.pk for each in people])
        review = company.start(things=things_chosen(profiles=[company.west]))
        revoke_all(review, company.ron)
        real, calls = take_from, list[int]()

        def dies_at_the_third(**kwargs: Any) -> Any:
            calls.append(kwargs["line"].pk)
            if len(calls) == 3 and when == "before":
                raise RuntimeError("killed")
            taken = real(**kwargs)
            if len(calls) == 3:
                raise RuntimeError("killed")
            return taken

        monkeypatch.setattr(applying, "take_from", dies_at_the_third)
        end_review(review_id=review.pk)
        assert state_of(review.pk) == AccessReview.State.APPLYING
        assert ProfileMembership.objects.filter(profile=company.west).count() == 4

        apply_review.work(review_id=str(review.pk))
        apply_review.work(review_id=str(review.pk))

        assert state_of(review.pk) == AccessReview.State.APPLIED
        assert not ProfileMembership.objects.filter(profile=company.west).exists()
        assert len(calls) == 7
        changed = AuditEntry.objects.filter(
            action="profile.members_changed", details__has_key="removed"
        )
        assert changed.count() == 6
        assert AuditEntry.objects.filter(action="review.carried_out").count() == 1


class TestUndoing:
    def test_gives_back_what_was_taken(self, company: Company, all_revoked: AccessReview) -> None:
        begin_undoing(review_id=all_revoked.pk, by=company.rita)

        assert holds(company, company.bob) == {"licence", "profile", "group", "role"}
        assert company.bob.role == Role.EDITOR
        assert state_of(all_revoked.pk) == AccessReview.State.UNDONE
        assert set(ReviewLine.objects.values_list("restored", flat=True)) == {"given"}

    def test_gives_back_what_a_group_gave_by_the_group(
        self, company: Company, in_acme: Tenant
    ) -> None:
        ann = person(company.tenant, "Ann")
        group = create_group(values=GroupFields(display_name="Seats"), member_ids=[ann.pk])
        set_group_licenses(group=group, subscriptions=[company.crm])
        review = company.start(things=things_chosen(licences=[company.crm]))
        revoke_all(review, company.ron)
        end_review(review_id=review.pk)
        assert holds(company, ann) == set()

        begin_undoing(review_id=review.pk, by=company.rita)

        assert Seat.objects.get(user=ann, released=None).by_group
        assert holds(company, company.bob) >= {"licence"}

    @pytest.mark.parametrize(
        ("kind", "what", "says"),
        [
            ("licence", "no seat", "All"),
            ("profile", "profile gone", "It is not there any more."),
            ("group", "group gone", "It is not there any more."),
            ("role", "other role", "They have another role by now."),
            ("licence", "inactive", "is inactive"),
        ],
    )
    def test_says_why_something_does_not_come_back(
        self, company: Company, all_revoked: AccessReview, kind: str, what: str, says: str
    ) -> None:
        if what == "no seat":
            Subscription.objects.update(seats=1)
            assign_seat(subscription=company.crm, user=person(company.tenant, "Ann"))
        elif what == "profile gone":
            delete_profile(profile=company.west)
        elif what == "group gone":
            delete_group(group=company.sales)
        elif what == "other role":
            company.bob.refresh_from_db()
            change_role(user=company.bob, role=Role.CONNECTOR_ADMIN)
        else:
            deactivate_user(user=company.bob)

        begin_undoing(review_id=all_revoked.pk, by=company.rita)

        line = line_of(all_revoked, kind, company.bob)
        assert line.restored == "not"
        assert says in line.restored_reason
        others = ReviewLine.objects.exclude(pk=line.pk).exclude(thing__kind=kind)
        if what != "inactive":
            assert set(others.values_list("restored", flat=True)) == {"given"}

    def test_somebody_who_is_gone_gets_nothing(
        self, company: Company, all_revoked: AccessReview
    ) -> None:
        delete_user(user=company.bob)

        begin_undoing(review_id=all_revoked.pk, by=company.rita)

        assert set(ReviewLine.objects.values_list("restored", flat=True)) == {"not"}

    @pytest.mark.parametrize("who", ["rita", "alice"])
    def test_only_an_admin_makes_an_admin_again(
        self, company: Company, in_acme: Tenant, who: str
    ) -> None:
        ada = person(company.tenant, "Ada", Role.ADMIN)
        review = company.start(things=things_chosen(roles=[Role.ADMIN]))
        decide(review, line_of(review, "role", ada), REVOKE, by=company.alice)
        end_review(review_id=review.pk)

        begin_undoing(review_id=review.pk, by=getattr(company, who))

        ada.refresh_from_db()
        assert ada.role == (Role.ADMIN if who == "alice" else Role.MEMBER)

    def test_who_undoes_it_gets_nothing_back_themselves(
        self, company: Company, in_acme: Tenant
    ) -> None:
        add_profile_members(profile=company.west, user_ids=[company.rita.pk])
        review = company.start(things=things_chosen(profiles=[company.west]))
        revoke_all(review, company.ron)
        end_review(review_id=review.pk)

        begin_undoing(review_id=review.pk, by=company.rita)

        assert "profile" not in holds(company, company.rita)
        assert "profile" in holds(company, company.bob)
        reason = line_of(review, "profile", company.rita).restored_reason
        assert "nobody decides about themselves" in reason

    def test_a_group_that_gives_a_role_takes_no_higher_one(
        self, company: Company, in_acme: Tenant
    ) -> None:
        set_group_licenses(group=company.sales, subscriptions=[company.crm])
        give_role_by_group(company.sales, Role.EDITOR)
        company.bob.refresh_from_db()
        change_role(user=company.bob, role=Role.CONNECTOR_ADMIN)
        review = company.start(things=things_chosen(groups=[company.sales]))
        revoke_all(review, company.ron)
        end_review(review_id=review.pk)

        begin_undoing(review_id=review.pk, by=company.rita)

        assert holds(company, company.bob) >= {"group"}
        assert company.bob.role == Role.CONNECTOR_ADMIN

    def test_once_and_within_thirty_days(self, company: Company, all_revoked: AccessReview) -> None:
        AccessReview.objects.update(applied=timezone.now() - timedelta(days=31))
        with pytest.raises(NotUndoneError):
            begin_undoing(review_id=all_revoked.pk, by=company.rita)
        AccessReview.objects.update(applied=timezone.now() - timedelta(days=29))
        begin_undoing(review_id=all_revoked.pk, by=company.rita)
        with pytest.raises(NotUndoneError):
            begin_undoing(review_id=all_revoked.pk, by=company.rita)

    def test_killed_half_way_and_taken_up_again(
        self, company: Company, all_revoked: AccessReview, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, calls = give_back, list[int]()

        def dies_at_the_second(**kwargs: Any) -> None:
            calls.append(kwargs["line"].pk)
            real(**kwargs)
            if len(calls) == 2:
                raise RuntimeError("killed")

        monkeypatch.setattr(applying, "give_back", dies_at_the_second)
        begin_undoing(review_id=all_revoked.pk, by=company.rita)
        assert state_of(all_revoked.pk) == AccessReview.State.UNDOING

        undo_review.work(review_id=str(all_revoked.pk), by_id=str(company.rita.pk))

        assert state_of(all_revoked.pk) == AccessReview.State.UNDONE
        assert len(calls) == 5
        assert holds(company, company.bob) == {"licence", "profile", "group", "role"}
