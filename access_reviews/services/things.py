"""What people hold and a review can ask about: groups, roles, access profiles and licences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef

from access_reviews.models import ReviewedThing
from accounts.identifiers import read_number, read_uuid
from accounts.models import (
    AccessProfile,
    DirectoryGroup,
    DirectoryGroupMember,
    DirectoryGroupProfile,
    ProfileMembership,
    Role,
    User,
)
from accounts.storage.memberships import groups_below
from licenses.models import GroupLicense, Seat, Subscription

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.db.models import QuerySet

Kind = ReviewedThing.Kind
REVIEWED_ROLES: Final = tuple(role for role in Role if role != Role.MEMBER)
"""Everybody has at least the role of a member, which nothing can be taken from."""


class Thing(NamedTuple):
    """Something that people hold; ``key`` as :class:`ReviewedThing` has it."""

    kind: str
    key: str
    name: str

    @property
    def gives_admin(self) -> bool:
        """Whether taking it is taking the role of a system admin."""
        return (self.kind, self.key) == (Kind.ROLE, Role.ADMIN)


def thing_of(reviewed: ReviewedThing) -> Thing:
    """Return what a stored row is about, under the name that it had at the start."""
    return Thing(reviewed.kind, reviewed.key, reviewed.name)


def things_chosen(
    *,
    groups: Iterable[DirectoryGroup] = (),
    roles: Iterable[Role] = (),
    profiles: Iterable[AccessProfile] = (),
    licences: Iterable[Subscription] = (),
) -> list[Thing]:
    """Return these as things to review, in this order."""
    return [
        *(Thing(Kind.GROUP, str(each.pk), each.display_name) for each in groups),
        *(Thing(Kind.ROLE, str(each), str(each.label)) for each in roles),
        *(Thing(Kind.PROFILE, str(each.pk), each.name) for each in profiles),
        *(Thing(Kind.LICENCE, str(each.pk), each.product.name) for each in licences),
    ]


def holders_of(thing: Thing) -> QuerySet[User]:
    """Return everybody who holds a thing, also those who are deactivated; nobody if it is gone."""
    if thing.kind == Kind.ROLE:
        return User.objects.filter(role=thing.key)
    if thing.kind == Kind.GROUP:
        groups = groups_below([group_key(thing)])
        members = DirectoryGroupMember.objects.filter(group_id__in=groups, user=OuterRef("pk"))
        return User.objects.filter(Exists(members))
    if thing.kind == Kind.PROFILE:
        rows = ProfileMembership.objects.filter(profile=number(thing), user=OuterRef("pk"))
        return User.objects.filter(Exists(rows))
    seats = Seat.objects.filter(subscription=number(thing), released=None, user=OuterRef("pk"))
    return User.objects.filter(Exists(seats))


def is_there(thing: Thing) -> bool:
    """Tell whether a thing has not been deleted."""
    if thing.kind == Kind.GROUP:
        return DirectoryGroup.objects.filter(pk=group_key(thing)).exists()
    if thing.kind == Kind.PROFILE:
        return AccessProfile.objects.filter(pk=number(thing)).exists()
    if thing.kind == Kind.LICENCE:
        return Subscription.objects.filter(pk=number(thing)).exists()
    return True


def groups_that_give(thing: Thing) -> set[UUID]:
    """Return the directory groups whose members hold a thing by that; of a group, itself."""
    if thing.kind == Kind.GROUP:
        return {group_key(thing)}
    if thing.kind == Kind.ROLE:
        groups = DirectoryGroup.objects.filter(mapped_role=thing.key)
        return set(groups.values_list("pk", flat=True))
    if thing.kind == Kind.PROFILE:
        profiles = DirectoryGroupProfile.objects.filter(profile=number(thing))
        return set(profiles.values_list("group_id", flat=True))
    licences = GroupLicense.objects.filter(subscription=number(thing))
    return set(licences.values_list("group_id", flat=True))


def memberships_that_give(
    thing: Thing, people: Collection[UUID]
) -> dict[UUID, list[DirectoryGroupMember]]:
    """Return by person the direct memberships through which they hold a thing, with the groups.

    A nested group counts: who is in it is in those around it.
    """
    giving = groups_that_give(thing)
    if not giving:
        return {}
    rows = DirectoryGroupMember.objects.filter(
        group_id__in=groups_below(giving), user_id__in=list(people)
    )
    found: dict[UUID, list[DirectoryGroupMember]] = {}
    for row in rows.select_related("group").order_by("group__display_name_ci"):
        if row.user_id is not None:
            found.setdefault(row.user_id, []).append(row)
    return found


def held_by_hand(thing: Thing) -> dict[str, list[int]]:
    """Return as arguments of :func:`licenses.holding_groups.hold_groups_of` what a thing is that is
    given by hand.
    """
    names = {Kind.PROFILE: "profiles", Kind.LICENCE: "subscriptions"}
    name = names.get(Kind(thing.kind))
    return {name: [number(thing)]} if name else {}


def group_key(thing: Thing) -> UUID:
    """Return the id of the group that ``thing`` is; a key that is none is that of no group."""
    return read_uuid(thing.key) or UUID(int=0)


def number(thing: Thing) -> int:
    """Return the number of the profile or subscription that ``thing`` is; 0 is none's."""
    return read_number(thing.key) or 0
