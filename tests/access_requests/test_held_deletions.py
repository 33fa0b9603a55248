"""What is granted until a day ends on that day, also of who was deleted and is back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from access_requests.asking import ask_for_access
from access_requests.deciding import grant_request
from access_requests.ending import end_grants
from access_requests.models import AccessRequest
from accounts.models import HeldChange, ProfileMembership, User
from accounts.services.profiles import add_profile_members, delete_profile
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Seat
from licenses.services import assign_seat
from tests.conftest import person
from tests.support.held_changes import carry_out, take_back
from tests.support.scim import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.access_requests.conftest import Scene

DAYS = 3


@pytest.fixture
def asks(scene: Scene) -> Callable[[], User]:
    """Let Bob be granted both for three days, ask for a third thing, and be deleted by a source."""

    def asked() -> User:
        with tenant_scope(scene.acme):
            for thing in (scene.crm, scene.customs):
                request = ask_for_access(user=scene.bob, thing=thing, reason="A project")
                until = timezone.localdate() + timedelta(days=DAYS)
                grant_request(request=request, decider=scene.carol, until=until)
        scim = connect(scene.acme, name="Okta", loss_number=1, on_delete="delete")
        other = scim.create({"userName": "other@acme.example"})
        for key in (other["id"], scene.bob.pk):
            scim.request("DELETE", f"/Users/{key}", expect=204)
        with tenant_scope(scene.acme):
            assert not AccessRequest.objects.exists()
        return scene.bob

    return asked


def decide(scene: Scene, decided: Callable[..., None]) -> None:
    with tenant_scope(scene.acme):
        decided(change=HeldChange.objects.get())


@pytest.mark.parametrize("by_somebody_else", [False, True])
def test_what_was_granted_ends_all_the_same(
    scene: Scene,
    asks: Callable[[], User],
    pass_days: Callable[[int], None],
    *,
    by_somebody_else: bool,
) -> None:
    bob = asks()
    who = person(scene.acme, bob.user_name.partition("@")[0]) if by_somebody_else else bob
    decide(scene, take_back)
    with tenant_scope(scene.acme):
        assert Seat.objects.filter(user=who.pk, released=None).exists()
        assert ProfileMembership.objects.filter(user=who.pk, profile=scene.customs).exists()
    pass_days(DAYS + 1)

    end_grants()

    with tenant_scope(scene.acme):
        assert not Seat.objects.filter(user=who.pk, released=None).exists()
        assert not ProfileMembership.objects.filter(user=who.pk, profile=scene.customs).exists()
        found = AccessRequest.objects.filter(user=who.pk).values_list("state", "ending")
        assert list(found) == [("ended", "taken")] * 2


def test_what_somebody_else_was_given_for_good_stays(
    scene: Scene, asks: Callable[[], User], pass_days: Callable[[int], None]
) -> None:
    bob = asks()
    heir = person(scene.acme, bob.user_name.partition("@")[0])
    with tenant_scope(scene.acme):
        add_profile_members(profile=scene.customs, user_ids=[heir.pk])
        assign_seat(subscription=scene.crm, user=heir)
    decide(scene, take_back)
    pass_days(DAYS + 1)

    end_grants()

    with tenant_scope(scene.acme):
        assert Seat.objects.filter(user=heir, released=None).count() == 1
        assert ProfileMembership.objects.filter(user=heir, profile=scene.customs).exists()


def test_what_is_gone_meanwhile_is_gone(scene: Scene, asks: Callable[[], User]) -> None:
    bob = asks()
    with tenant_scope(scene.acme):
        delete_profile(profile=scene.customs)
    decide(scene, take_back)
    with tenant_scope(scene.acme):
        kept = AccessRequest.objects.filter(user=bob.pk, profile=None, subscription=None)
        assert kept.count() == 1


def test_carried_out_nothing_of_it_is_left(scene: Scene, asks: Callable[[], User]) -> None:
    asks()
    decide(scene, carry_out)
    with tenant_scope(scene.acme):
        assert not AccessRequest.objects.exists()
