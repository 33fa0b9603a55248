"""Starting a review: what is asked of whom, why people hold things, what is suggested."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from access_reviews import words
from access_reviews.errors import ReviewNotStartedError
from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services import making
from access_reviews.services.making import make_review_lines
from access_reviews.services.reviewers import Deciders, shares
from access_reviews.services.starting import look_ahead, start_review
from access_reviews.services.things import Thing, things_chosen
from accounts.groups.groups import GroupFields, create_group
from accounts.models import AuditEntry, Role, User
from accounts.services.profiles import delete_profile
from accounts.services.roles import change_role
from accounts.services.users import UserFields, create_user, deactivate_user, update_user
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from licenses.group_licenses import set_group_licenses
from scim.protocol.urns import ENTERPRISE_USER
from tests.access_reviews.conftest import Company, line_of, reviewer_of
from tests.conftest import crowd, person

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db


class TestLines:
    def test_one_for_each_person_and_thing(self, company: Company, in_acme: Tenant) -> None:
        change_role(user=company.bob, role=Role.EDITOR)

        review = company.start()

        assert review.state == AccessReview.State.RUNNING
        held = ReviewLine.objects.values_list("thing__name", "person")
        assert sorted(held) == sorted(
            (name, company.bob.pk) for name in ("CRM", "West", "Sales", "Editor")
        )
        assert AuditEntry.objects.filter(action="review.started").count() == 1

    def test_reviewers_are_told_by_mail(self, company: Company, in_acme: Tenant) -> None:
        review = company.start()

        reviewer = reviewer_of(line_of(review, "licence", company.bob))
        [letter] = mail.outbox
        assert letter.to == [reviewer.email]
        assert f"/account/reviews/{review.pk}/" in str(letter.body)

    def test_why_they_hold_it(self, company: Company, in_acme: Tenant) -> None:
        ann, ben = person(company.tenant, "Ann"), person(company.tenant, "Ben")
        with audit.acting_as("SCIM: Okta"):
            inner = create_group(values=GroupFields(display_name="Inner"), member_ids=[ann.pk])
            outer = create_group(values=GroupFields(display_name="Outer"), member_ids=[inner.pk])
            change_role(user=ben, role=Role.EDITOR)
        set_group_licenses(group=outer, subscriptions=[company.crm])
        things = things_chosen(groups=[outer], licences=[company.crm], roles=[Role.EDITOR])

        review = company.start(things=things)

        assert words.why(line_of(review, "licence", ann)).startswith("By the group Inner, since")
        assert words.why(line_of(review, "group", ann)).startswith("By the group Inner")
        assert words.why(line_of(review, "licence", company.bob)).startswith("By hand, since")
        assert "identity provider Okta" in words.why(line_of(review, "role", ben))

    def test_what_is_suggested(self, company: Company, in_acme: Tenant) -> None:
        now, old = timezone.now(), timezone.now() - timedelta(days=200)
        people = {each.user_name: each for each in crowd(company.tenant, 6)}
        never, idle, used, moved, promoted, gone = people.values()
        User.objects.update(created=old, last_login=now)
        User.objects.filter(pk=never.pk).update(last_login=None)
        User.objects.filter(pk=idle.pk).update(last_login=old)
        moved = User.objects.get(pk=moved.pk)
        moved_to = {ENTERPRISE_USER: {"department": "Finance"}}
        update_user(user=moved, values=UserFields(user_name=moved.user_name, attributes=moved_to))
        change_role(user=promoted, role=Role.EDITOR)
        deactivate_user(user=gone)
        group = create_group(
            values=GroupFields(display_name="All"), member_ids=[each.pk for each in people.values()]
        )

        review = company.start(things=things_chosen(groups=[group]))

        found = {
            line.person: (line.suggestion, words.reasons(line))
            for line in ReviewLine.objects.filter(review=review)
        }
        assert found[never.pk] == ("revoke", "never signed in")
        assert found[idle.pk] == ("revoke", "not signed in for 200 days")
        assert found[used.pk][0] == "keep"
        assert found[moved.pk][0] == found[promoted.pk][0] == "look"
        assert "another department since" in found[moved.pk][1]
        assert "another role since" in found[promoted.pk][1]
        assert found[gone.pk] == ("revoke", "deactivated")


class TestWhoDecides:
    def test_nobody_decides_their_own_line(self, company: Company, in_acme: Tenant) -> None:
        group = create_group(
            values=GroupFields(display_name="Both"),
            member_ids=[company.ron.pk, company.zoe.pk, company.rita.pk],
        )

        review = company.start(things=things_chosen(groups=[group]))

        lines = dict(ReviewLine.objects.filter(review=review).values_list("person", "reviewer"))
        assert lines[company.ron.pk] == company.zoe.pk
        assert lines[company.zoe.pk] == company.ron.pk
        assert lines[company.rita.pk] in {company.ron.pk, company.zoe.pk}

    def test_the_only_reviewer_s_line_goes_to_who_started_it(
        self, company: Company, in_acme: Tenant
    ) -> None:
        group = create_group(values=GroupFields(display_name="Ron"), member_ids=[company.ron.pk])

        review = company.start(things=things_chosen(groups=[group]), reviewers=[company.ron])

        assert line_of(review, "group", company.ron).reviewer == company.rita.pk

    def test_the_role_of_an_admin_is_decided_by_admins(
        self, company: Company, in_acme: Tenant
    ) -> None:
        person(company.tenant, "Ada", Role.ADMIN)

        review = company.start(
            things=things_chosen(roles=[Role.ADMIN]), reviewers=[company.ron, company.alice]
        )

        lines = dict(ReviewLine.objects.filter(review=review).values_list("person", "reviewer"))
        assert lines.pop(company.alice.pk) is None
        assert set(lines.values()) == {company.alice.pk}

    def test_the_preview_counts_what_is_made(self, company: Company, in_acme: Tenant) -> None:
        people = [*crowd(company.tenant, 40), company.ron, company.zoe]
        group = create_group(
            values=GroupFields(display_name="Many"), member_ids=[each.pk for each in people]
        )
        plan = company.plan(things=[*company.things(), *things_chosen(groups=[group])])

        ahead = look_ahead(plan)
        review = start_review(key=uuid4(), plan=plan)

        made = ReviewLine.objects.filter(review=review)
        assert ahead.number == made.count()
        found: dict[Any, int] = {}
        for reviewer in made.values_list("reviewer", flat=True):
            found[reviewer] = found.get(reviewer, 0) + 1
        assert found == dict(ahead.shares)

    def test_without_anybody_left_any_admin_decides(self) -> None:
        somebody = uuid4()

        assert Deciders([somebody], somebody).of(somebody) is None
        assert Deciders([], None).of(somebody) is None


class TestRefusals:
    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"things": []}, "at least one thing"),
            ({"days": 0}, "after today"),
            ({"days": 400}, "within a year"),
        ],
    )
    def test_of_what_makes_no_sense(
        self, company: Company, in_acme: Tenant, wrong: dict[str, Any], says: str
    ) -> None:
        with pytest.raises(ReviewNotStartedError, match=says):
            look_ahead(company.plan(**wrong))
        assert not AccessReview.objects.exists()

    def test_of_a_reviewer_who_is_deactivated(self, company: Company, in_acme: Tenant) -> None:
        deactivate_user(user=company.zoe)

        with pytest.raises(ReviewNotStartedError, match="deactivated or gone"):
            look_ahead(company.plan())

    def test_of_a_thing_that_is_gone(self, company: Company, in_acme: Tenant) -> None:
        plan = company.plan()
        delete_profile(profile=company.west)

        with pytest.raises(ReviewNotStartedError, match="not there any more"):
            start_review(key=uuid4(), plan=plan)
        assert not AccessReview.objects.exists()

    def test_of_what_nobody_holds(self, company: Company, in_acme: Tenant) -> None:
        with pytest.raises(ReviewNotStartedError, match="Nobody holds"):
            look_ahead(company.plan(things=[Thing("role", "connectorAdmin", "Connector admin")]))

    def test_another_company_s_things_and_people_are_not_there(
        self, company: Company, globex: Tenant, grace: User
    ) -> None:
        with tenant_scope(globex), pytest.raises(ReviewNotStartedError):
            look_ahead(company.plan())
        with tenant_scope(company.tenant), pytest.raises(ReviewNotStartedError, match="gone"):
            look_ahead(company.plan(reviewers=[grace]))


class TestTheJob:
    def test_the_same_key_starts_one_review(self, company: Company, in_acme: Tenant) -> None:
        key, plan = uuid4(), company.plan()

        first, second = start_review(key=key, plan=plan), start_review(key=key, plan=plan)

        assert first == second
        assert AccessReview.objects.count() == 1
        assert len(mail.outbox) == 1

    def test_killed_half_way_and_taken_up_again_makes_each_line_once(
        self, company: Company, in_acme: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        crowd(company.tenant, 5)
        group = create_group(
            values=GroupFields(display_name="All"),
            member_ids=list(User.objects.values_list("pk", flat=True)),
        )
        monkeypatch.setattr(making, "PORTION", 2)
        portion = making._make_portion
        died: list[bool] = []

        def dies_once(*args: Any) -> bool:
            if len(died) == 2:
                died.append(True)
                raise RuntimeError("killed")
            died.append(True)
            return portion(*args)

        monkeypatch.setattr(making, "_make_portion", dies_once)
        review = company.start(things=things_chosen(groups=[group]))
        assert review.state == AccessReview.State.MAKING
        assert ReviewLine.objects.count() == 4

        make_review_lines.work(review_id=str(review.pk))

        assert AccessReview.objects.get().state == AccessReview.State.RUNNING
        assert ReviewLine.objects.count() == User.objects.count()

    @pytest.mark.parametrize("number", [3, 300])
    def test_the_statements_do_not_grow_with_the_people(
        self,
        company: Company,
        in_acme: Tenant,
        number: int,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        people = [each.pk for each in crowd(company.tenant, number)]
        group = create_group(values=GroupFields(display_name="All"), member_ids=people)
        plan = company.plan(things=things_chosen(groups=[group]))

        with django_assert_max_num_queries(12):
            look_ahead(plan)
        with django_assert_max_num_queries(70):
            start_review(key=uuid4(), plan=plan)

    def test_shares_are_asked_of_the_database(
        self,
        company: Company,
        in_acme: Tenant,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_max_num_queries(20):
            shares(company.things(), reviewers=[company.ron.pk], starter=company.rita.pk)

    def test_a_person_of_another_company_is_in_no_line(
        self, company: Company, grace: User, in_acme: Tenant
    ) -> None:
        review = company.start(things=things_chosen(roles=[Role.ADMIN]))

        assert not ReviewLine.objects.filter(review=review, person=grace.pk).exists()


def test_somebody_new_need_not_have_signed_in(company: Company, in_acme: Tenant) -> None:
    create_user(values=UserFields(user_name="fresh"), role=Role.EDITOR)

    review = company.start(things=things_chosen(roles=[Role.EDITOR]))

    [line] = ReviewLine.objects.filter(review=review)
    assert (line.suggestion, words.reasons(line)) == ("keep", "new, and has not signed in yet")
