"""What is granted until a day ends on that day, however it was lost and given back meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest
from django.utils import timezone

from access_requests.asking import ask_for_access
from access_requests.deciding import grant_request
from access_requests.ending import end_grants
from access_requests.models import AccessRequest
from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.deciding import Wish, decide_lines
from access_reviews.services.ending import begin_undoing, end_review
from access_reviews.services.starting import Plan, start_review
from access_reviews.services.things import Thing, things_chosen
from accounts.models import ProfileMembership, User
from accounts.services.profiles import remove_profile_members
from accounts.services.profiles_undone import last_move_of, undo_leaving
from accounts.services.users import deactivate_user, reactivate_user
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Seat
from licenses.services import assign_seat, release_seat
from licenses.undoing import give_seat_back, give_seats_back, seats_held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.access_requests.conftest import Scene

DAYS: Final = 3


def by_undoing_a_release(scene: Scene) -> Iterator[None]:
    [seat] = release_seat(subscription=scene.crm, user=scene.bob)
    yield
    give_seat_back(seat_id=seat)


def by_undoing_a_deactivation(scene: Scene) -> Iterator[None]:
    seats = seats_held(scene.bob)
    deactivate_user(user=scene.bob)
    yield
    reactivate_user(user=User.objects.get(pk=scene.bob.pk))
    give_seats_back(seat_ids=seats)


def by_undoing_a_leaving(scene: Scene) -> Iterator[None]:
    former = ProfileMembership.objects.get(profile=scene.customs, user=scene.bob).pk
    remove_profile_members(profile=scene.customs, user_ids=[scene.bob.pk])
    entry = last_move_of(scene.customs)
    yield
    key = scene.customs.pk
    undo_leaving(user=scene.bob, profile_id=key, entry_id=entry, former=former)


def by_undoing_a_review_of_the_licence(scene: Scene) -> Iterator[None]:
    return reviewed(scene, things_chosen(licences=[scene.crm]))


def by_undoing_a_review_of_the_profile(scene: Scene) -> Iterator[None]:
    return reviewed(scene, things_chosen(profiles=[scene.customs]))


def reviewed(scene: Scene, things: list[Thing]) -> Iterator[None]:
    plan = Plan(
        name="R",
        things=things,
        reviewers=[scene.carol.pk],
        due=timezone.localdate() + timedelta(days=9),
        undecided=AccessReview.Undecided.KEEP,
        starter=scene.carol,
    )
    review = start_review(key=uuid4(), plan=plan)
    line = ReviewLine.objects.get(review=review)
    wish = Wish(ReviewLine.Decision.REVOKE, "", line.revision)
    decide_lines(review_id=review.pk, by=scene.carol, wishes={line.pk: wish})
    end_review(review_id=review.pk)
    yield
    begin_undoing(review_id=review.pk, by=scene.carol)


WAYS: Final[tuple[Callable[[Scene], Iterator[None]], ...]] = (
    by_undoing_a_release,
    by_undoing_a_deactivation,
    by_undoing_a_leaving,
    by_undoing_a_review_of_the_licence,
    by_undoing_a_review_of_the_profile,
)


def has(scene: Scene) -> int:
    seats = Seat.objects.filter(user=scene.bob, released=None).count()
    return seats + ProfileMembership.objects.filter(user=scene.bob, profile=scene.customs).count()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("ends_meanwhile", [False, True])
def test_it_ends_on_its_day(
    scene: Scene,
    pass_days: Callable[[int], None],
    way: Callable[[Scene], Iterator[None]],
    *,
    ends_meanwhile: bool,
) -> None:
    with tenant_scope(scene.acme):
        for thing in (scene.crm, scene.customs):
            request = ask_for_access(user=scene.bob, thing=thing, reason="A project")
            until = timezone.localdate() + timedelta(days=DAYS)
            grant_request(request=request, decider=scene.carol, until=until)
        steps = way(scene)
        next(steps)
        assert has(scene) == 1
        if ends_meanwhile:
            pass_days(DAYS + 1)
            end_grants()
            assert has(scene) == 0
        next(steps, None)
        assert has(scene) == (1 if ends_meanwhile else 2)

    pass_days(DAYS + 1)
    end_grants()

    with tenant_scope(scene.acme):
        assert has(scene) == 0
        endings = AccessRequest.objects.values_list("state", "ending")
        assert list(endings) == [("ended", "taken")] * 2


@pytest.mark.parametrize("ends_meanwhile", [False, True])
@pytest.mark.parametrize(
    "way", [by_undoing_a_review_of_the_licence, by_undoing_a_review_of_the_profile]
)
def test_what_somebody_else_gave_before_it_was_given_back_stays(
    scene: Scene,
    pass_days: Callable[[int], None],
    way: Callable[[Scene], Iterator[None]],
    *,
    ends_meanwhile: bool,
) -> None:
    thing = scene.crm if way is by_undoing_a_review_of_the_licence else scene.customs
    with tenant_scope(scene.acme):
        request = ask_for_access(user=scene.bob, thing=thing, reason="A project")
        grant_request(request=request, decider=scene.carol, until=timezone.localdate())
        steps = way(scene)
        next(steps)
        if ends_meanwhile:
            pass_days(1)
            end_grants()
        again = ask_for_access(user=scene.bob, thing=thing, reason="For good")
        grant_request(request=again, decider=scene.carol)
        next(steps, None)

    pass_days(2)
    end_grants()

    with tenant_scope(scene.acme):
        assert has(scene) == 1


def test_what_somebody_else_gave_meanwhile_stays(
    scene: Scene, pass_days: Callable[[int], None]
) -> None:
    with tenant_scope(scene.acme):
        request = ask_for_access(user=scene.bob, thing=scene.crm, reason="A project")
        grant_request(request=request, decider=scene.carol, until=timezone.localdate())
        release_seat(subscription=scene.crm, user=scene.bob)
        assign_seat(subscription=scene.crm, user=scene.bob)
        [seat] = release_seat(subscription=scene.crm, user=scene.bob)
        give_seat_back(seat_id=seat)

    pass_days(1)
    end_grants()

    with tenant_scope(scene.acme):
        assert has(scene) == 1
