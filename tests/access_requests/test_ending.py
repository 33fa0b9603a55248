"""What was granted until a day is taken back then: once, and only what the grant gave."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from access_requests import ending
from access_requests.deciding import grant_request
from access_requests.ending import end_grants, end_grants_of, warn_of_ends
from access_requests.lapsing import KEPT, forget_requests, lapse_requests
from access_requests.models import AccessRequest
from accounts.groups.groups import GroupFields, create_group, delete_group
from accounts.groups.mappings import set_group_mappings
from accounts.models import AuditEntry, ProfileMembership, Role, User
from accounts.services import handing_over
from accounts.services.profiles import (
    add_profile_members,
    delete_profile,
    remove_profile_members,
)
from accounts.services.users import deactivate_user, reactivate_user
from accounts.tenancy.scoping import tenant_scope
from accounts.trail.telling import tell
from licenses.group_licenses import set_group_licenses
from licenses.models import Seat
from licenses.services import assign_seat, release_seat
from tests.conftest import person

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import AccessProfile, Tenant
    from licenses.models import Subscription
    from tests.access_requests.conftest import Scene

DAYS = 10


def granted(user: User, carol: User, thing: Any) -> AccessRequest:
    """Grant ``thing`` for :data:`DAYS`."""
    kind = "profile" if type(thing).__name__ == "AccessProfile" else "subscription"
    asked = AccessRequest.objects.create(user=user, thing=str(thing), reason="x", **{kind: thing})
    until = timezone.localdate() + timedelta(days=DAYS)
    return grant_request(request=asked, decider=carol, until=until)


def subjects() -> list[str]:
    """Return what was mailed since this was asked last."""
    found = [str(each.subject) for each in mail.outbox]
    mail.outbox.clear()
    return found


@pytest.mark.parametrize("thing", ["crm", "customs"])
def test_the_day_after_the_last_it_is_taken_back_once_and_told(
    in_acme: Tenant,
    scene: Scene,
    request: pytest.FixtureRequest,
    thing: str,
    pass_days: Callable[[int], None],
) -> None:
    bob, carol = scene.bob, scene.carol
    asked = granted(bob, carol, request.getfixturevalue(thing))
    subjects()

    pass_days(DAYS)
    assert end_grants() == {"ended": 0}
    pass_days(DAYS + 1)
    assert end_grants() == {"ended": 1}
    assert end_grants() == {"ended": 0}

    asked.refresh_from_db()
    assert (asked.state, asked.ending) == ("ended", "taken")
    assert not Seat.objects.filter(released=None).exists()
    assert not ProfileMembership.objects.exists()
    assert subjects() == [f"{asked.thing} was taken back"]
    entry = AuditEntry.objects.get(action="access_request.ended")
    assert (entry.target_id, entry.actor) == (str(bob.pk), "system")
    assert "is over" in tell([entry])[0].sentence


def test_its_person_is_told_a_week_before_and_only_once(
    in_acme: Tenant, bob: User, carol: User, crm: Subscription, pass_days: Callable[[int], None]
) -> None:
    granted(bob, carol, crm)
    subjects()

    pass_days(DAYS - 8)
    assert warn_of_ends() == {"warned": 0}
    pass_days(DAYS - 7)
    assert warn_of_ends() == {"warned": 1}
    assert warn_of_ends() == {"warned": 0}

    [subject] = subjects()
    assert subject.startswith("CRM ends on")


def test_what_was_granted_for_a_few_days_is_not_told_of_twice_at_once(
    in_acme: Tenant, bob: User, carol: User, crm: Subscription
) -> None:
    asked = AccessRequest.objects.create(user=bob, thing="CRM", reason="x", subscription=crm)
    until = timezone.localdate() + timedelta(days=3)
    grant_request(request=asked, decider=carol, until=until)

    assert warn_of_ends() == {"warned": 0}


def test_a_seat_that_a_group_gives_by_now_stays_and_is_the_groups(
    in_acme: Tenant, bob: User, carol: User, crm: Subscription, pass_days: Callable[[int], None]
) -> None:
    asked = granted(bob, carol, crm)
    team = create_group(values=GroupFields(display_name="Team"), member_ids=[bob.pk])
    set_group_licenses(group=team, subscriptions=[crm])
    subjects()

    pass_days(DAYS + 1)
    end_grants()

    asked.refresh_from_db()
    assert asked.ending == "group"
    assert Seat.objects.get(released=None).by_group
    assert subjects() == ["You keep CRM"]
    assert AuditEntry.objects.filter(action="license.left_to_groups").count() == 1
    delete_group(group=team)
    assert not Seat.objects.filter(released=None).exists()


def test_a_profile_that_a_group_gives_by_now_stays_and_is_the_groups(
    in_acme: Tenant,
    bob: User,
    carol: User,
    customs: AccessProfile,
    pass_days: Callable[[int], None],
) -> None:
    asked = granted(bob, carol, customs)
    team = create_group(values=GroupFields(display_name="Team"), member_ids=[bob.pk])
    set_group_mappings(group=team, role=None, profiles=[customs])

    pass_days(DAYS + 1)
    end_grants()

    asked.refresh_from_db()
    assert asked.ending == "group"
    assert ProfileMembership.objects.get().by_group
    entry = AuditEntry.objects.filter(action="profile.members_changed").first()
    assert entry is not None
    assert entry.details == {"left_to_groups": [str(bob.pk)]}
    delete_group(group=team)
    assert not ProfileMembership.objects.exists()


def test_what_somebody_gave_since_stays(
    in_acme: Tenant, scene: Scene, pass_days: Callable[[int], None]
) -> None:
    bob, carol, crm, customs = scene.bob, scene.carol, scene.crm, scene.customs
    asked = [granted(bob, carol, each) for each in (crm, customs)]
    release_seat(subscription=crm, user=bob)
    assign_seat(subscription=crm, user=bob, reason="For good.")
    remove_profile_members(profile=customs, user_ids=[bob.pk])
    add_profile_members(profile=customs, user_ids=[bob.pk])
    subjects()

    pass_days(DAYS + 1)
    assert end_grants() == {"ended": 2}

    for each in asked:
        each.refresh_from_db()
        assert each.ending == "gone"
    assert Seat.objects.get(released=None).grant_reason == "For good."
    assert ProfileMembership.objects.count() == 1
    assert sorted(subjects()) == [
        "The time of CRM is over",
        "The time of Customs data is over",
    ]


def test_of_who_left_and_came_back_nothing_is_left_over(
    in_acme: Tenant, scene: Scene, pass_days: Callable[[int], None]
) -> None:
    bob, carol, crm, customs = scene.bob, scene.carol, scene.crm, scene.customs
    for each in (crm, customs):
        granted(bob, carol, each)
    deactivate_user(user=User.objects.get(pk=bob.pk))
    subjects()

    pass_days(DAYS + 1)
    assert end_grants() == {"ended": 2}

    assert subjects() == []  # Who is deactivated gets no mail.
    reactivate_user(user=User.objects.get(pk=bob.pk))
    assert not ProfileMembership.objects.exists()
    assert not Seat.objects.filter(released=None).exists()


def test_a_profile_that_is_gone_had_been_taken_back(
    in_acme: Tenant,
    bob: User,
    carol: User,
    customs: AccessProfile,
    pass_days: Callable[[int], None],
) -> None:
    asked = granted(bob, carol, customs)
    delete_profile(profile=customs)

    pass_days(DAYS + 1)
    end_grants()

    asked.refresh_from_db()
    assert asked.ending == "gone"


def test_the_seat_goes_to_who_waits(
    in_acme: Tenant, bob: User, carol: User, crm: Subscription, pass_days: Callable[[int], None]
) -> None:
    type(crm).objects.update(seats=1)
    granted(bob, carol, crm)
    ann = person(in_acme, "Ann")
    team = create_group(values=GroupFields(display_name="Team"), member_ids=[ann.pk])
    set_group_licenses(group=team, subscriptions=[crm])

    pass_days(DAYS + 1)
    end_grants()

    assert Seat.objects.get(released=None).user == ann


def test_killed_half_way_and_taken_up_again_it_ends_each_once(
    in_acme: Tenant,
    carol: User,
    customs: AccessProfile,
    pass_days: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [person(in_acme, name) for name in ("Ann", "Ben", "Cat")]
    for user in people:
        granted(user, carol, customs)
    subjects()
    pass_days(DAYS + 1)
    takes_back = handing_over.remove_unless_groups_give
    done: list[bool] = []

    def dies(**values: Any) -> bool:
        done.append(takes_back(**values))
        if len(done) == 2:
            raise RuntimeError("killed")
        return done[-1]

    monkeypatch.setattr(ending, "remove_unless_groups_give", dies)
    with pytest.raises(RuntimeError, match="killed"):
        end_grants_of(in_acme)

    assert AccessRequest.objects.filter(state="ended").count() == 1
    assert ProfileMembership.objects.count() == 2
    monkeypatch.setattr(ending, "remove_unless_groups_give", takes_back)
    assert end_grants() == {"ended": 2}
    assert subjects() == ["Customs data was taken back"] * 3
    assert AuditEntry.objects.filter(action="access_request.ended").count() == 3
    assert not ProfileMembership.objects.exists()


def test_what_is_open_in_vain_lapses_and_is_told_to_who_is_there(
    in_acme: Tenant, bob: User, carol: User, crm: Subscription, customs: AccessProfile
) -> None:
    ann = person(in_acme, "Ann")
    values = {"thing": "Customs data", "reason": "x", "profile": customs}
    AccessRequest.objects.create(user=ann, **values)
    left = AccessRequest.objects.create(user=bob, thing="CRM", reason="x", subscription=crm)
    stays = AccessRequest.objects.create(user=ann, thing="CRM", reason="x", subscription=crm)
    deactivate_user(user=bob)
    delete_profile(profile=customs)

    assert lapse_requests() == {"lapsed": 2}
    assert lapse_requests() == {"lapsed": 0}

    left.refresh_from_db()
    stays.refresh_from_db()
    assert (left.state, stays.state) == ("lapsed", "open")
    assert [(each.to, each.subject) for each in mail.outbox] == [
        (["ann@acme.example"], "Your request for Customs data lapsed")
    ]


def test_what_has_been_over_for_a_year_is_forgotten_and_what_will_end_is_not(
    in_acme: Tenant, bob: User, carol: User, crm: Subscription, customs: AccessProfile
) -> None:
    long_ago = timezone.now() - KEPT - timedelta(days=1)
    for state in ("withdrawn", "lapsed", "ended"):
        AccessRequest.objects.create(user=bob, thing="X", reason="x", state=state, closed=long_ago)
    kept = granted(bob, carol, crm)
    AccessRequest.objects.filter(pk=kept.pk).update(asked=long_ago, decided=long_ago)

    assert forget_requests() == {"deleted": 3}

    assert list(AccessRequest.objects.all()) == [kept]


def test_each_tenants_grants_end_by_themselves(
    scene: Scene, globex: Tenant, grace: User, pass_days: Callable[[int], None]
) -> None:
    acme, bob, carol, crm = scene.acme, scene.bob, scene.carol, scene.crm
    with tenant_scope(acme):
        granted(bob, carol, crm)
    pass_days(DAYS + 1)

    assert end_grants_of(globex) == 0
    assert end_grants_of(acme) == 1


def test_a_role_that_decides_is_not_needed_for_the_clock(
    in_acme: Tenant, bob: User, carol: User, crm: Subscription, pass_days: Callable[[int], None]
) -> None:
    granted(bob, carol, crm)
    User.objects.filter(pk=carol.pk).update(role=Role.MEMBER)

    pass_days(DAYS + 1)

    assert end_grants() == {"ended": 1}
