"""What a deletion takes away, in numbers: of bounded size, in a fixed number of statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.models import (
    AccessProfile,
    DirectoryGroup,
    DirectoryGroupMember,
    DirectoryGroupProfile,
    OneTimeLink,
    ProfileMembership,
    RecoveryCode,
    Role,
    Session,
    User,
)
from accounts.storage.memberships import count_people_given_a_role

if TYPE_CHECKING:
    from collections.abc import Mapping


class LossOfPeople(NamedTuple):
    """What goes with people: how many of each; ``roles`` are those that are more than a member."""

    sessions: int
    groups: int
    profiles: int
    roles: Mapping[str, int]
    links: int
    recovery_codes: int


class LossOfGroups(NamedTuple):
    """What goes with directory groups; ``roles`` says how many people have one through them."""

    people: int
    nested: int
    around: int
    roles: Mapping[str, int]
    profiles: int


class LossOfProfiles(NamedTuple):
    """What goes with access profiles: the places of people in them, and groups that give them."""

    people: int
    groups: int


def sessions_of(people: QuerySet[User]) -> int:
    """Return in how many browsers ``people`` are signed in."""
    keys = people.order_by().values("pk")
    return Session.objects.filter(user__in=keys, expire_date__gt=timezone.now()).count()


def sessions_of_one(person: User) -> int:
    """Return in how many browsers somebody is signed in."""
    return sessions_of(User.objects.filter(pk=person.pk))


def links_of(people: QuerySet[User]) -> int:
    """Return how many links could still let one of ``people`` in."""
    keys = people.order_by().values("pk")
    return OneTimeLink.objects.filter(user__in=keys, used=None, expires__gt=timezone.now()).count()


def loss_of_people(people: QuerySet[User]) -> LossOfPeople:
    """Return what is deleted with ``people``; the history and the audit trail stay."""
    keys = people.order_by().values("pk")
    groups = DirectoryGroupMember.objects.filter(user__in=keys)
    profiles = ProfileMembership.objects.filter(user__in=keys)
    roles = User.objects.filter(pk__in=keys).exclude(role=Role.MEMBER).values_list("role")
    return LossOfPeople(
        sessions=sessions_of(people),
        groups=groups.values("group").distinct().count(),
        profiles=profiles.values("profile").distinct().count(),
        roles=dict(roles.annotate(Count("pk")).order_by("role")),
        links=links_of(people),
        recovery_codes=RecoveryCode.objects.filter(user__in=keys, used=None).count(),
    )


def loss_of_groups(groups: QuerySet[DirectoryGroup]) -> LossOfGroups:
    """Return what people lose when ``groups`` are deleted."""
    keys = groups.order_by().values("pk")
    members = DirectoryGroupMember.objects.filter(group__in=keys)
    mapped = DirectoryGroupProfile.objects.filter(group__in=keys)
    return LossOfGroups(
        people=members.exclude(user=None).values("user").distinct().count(),
        nested=members.exclude(member_group=None).count(),
        around=DirectoryGroupMember.objects.filter(member_group__in=keys).count(),
        roles=count_people_given_a_role(groups.order_by().values_list("pk", flat=True)),
        profiles=mapped.values("profile").distinct().count(),
    )


def loss_of_profiles(profiles: QuerySet[AccessProfile]) -> LossOfProfiles:
    """Return who loses ``profiles``."""
    keys = profiles.order_by().values("pk")
    return LossOfProfiles(
        people=ProfileMembership.objects.filter(profile__in=keys).values("user").distinct().count(),
        groups=DirectoryGroupProfile.objects.filter(profile__in=keys).count(),
    )
