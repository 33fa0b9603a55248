"""What follows from being in a directory group: the role and the access profiles it maps to.

A person in groups that map to roles gets the highest of these roles when they join one.  Who
leaves the last such group, and still has a role that one of the groups left gave, becomes a
member; a role given by hand stays.  Access profiles given by groups are rows marked ``by_group``
and leave with the group; those given by hand stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.group_kinds.member_deltas import audit_details, in_batches
from accounts.models import AccessProfile, DirectoryGroup, ProfileMembership, Role, User
from accounts.services.roles import move_users
from accounts.services.users import keeping_an_admin
from accounts.signals import group_membership_changed
from accounts.storage.group_locks import hold_people, hold_profiles
from accounts.storage.group_versions import touch_profiles
from accounts.storage.memberships import mapped_to, people_below
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from accounts.storage.memberships import MappedGroup, MappedTo

PEOPLE_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipChange:
    """Who joined and who left a directory group: people, and groups of people."""

    joined: Sequence[UUID] = ()
    left: Sequence[UUID] = ()
    joined_groups: Sequence[UUID] = ()
    left_groups: Sequence[UUID] = ()

    def people_who_joined(self) -> list[UUID]:
        """Return everybody who is in the group now because of this change."""
        return [*self.joined, *(people_below(self.joined_groups) if self.joined_groups else ())]

    def people_who_left(self) -> list[UUID]:
        """Return everybody who may not be in the group any more."""
        return [*self.left, *(people_below(self.left_groups) if self.left_groups else ())]

    def people(self) -> list[UUID]:
        """Return everybody concerned, each once, sorted."""
        return sorted({*self.people_who_joined(), *self.people_who_left()})


def spread_change(*, change: MembershipChange, above: Sequence[MappedGroup]) -> None:
    """Apply the mappings of the changed group and of those ``above`` it, and tell other layers.

    Raises:
        LastAdminError: A mapped role would take the last active admin away.
    """
    roles = {group.role for group in above if group.role}
    if roles:
        apply_roles(joined=change.people_who_joined(), left=change.people_who_left(), given=roles)
    profiles = {profile_id for group in above for profile_id in group.profile_ids}
    if profiles:
        apply_profiles(people=change.people(), profile_ids=profiles)
    group_membership_changed.send(
        sender=DirectoryGroup, group_ids=[group.id for group in above], people=change.people
    )


def apply_roles(
    *, joined: Collection[UUID], left: Collection[UUID], given: Collection[str]
) -> None:
    """Give people the highest role that their groups now map to.

    ``given`` are the roles that the groups concerned map, or mapped, to.  Those who only left
    are changed only if they hold one of these.

    Raises:
        LastAdminError: The last active admin would lose that role.
    """
    joiners = set(joined)
    people = sorted({*joined, *left})
    hold_people(people)  # Before the tenant's row, as everywhere.
    with keeping_an_admin():
        for batch in in_batches(people, PEOPLE_AT_ONCE):
            mapped = mapped_to(batch)
            moving: dict[Role, list[User]] = {}
            for user in User.objects.filter(pk__in=batch).order_by("pk"):
                role = _role_after(user, mapped, joins=user.pk in joiners, given=given)
                if role != user.role:
                    moving.setdefault(role, []).append(user)
            for role, movers in moving.items():
                move_users(users=movers, role=role)


def apply_profiles(*, people: Collection[UUID], profile_ids: Collection[int]) -> None:
    """Let these people be in those of these access profiles that their groups give, by group.

    The profiles are held before the groups are read: of two changes, each of which leaves a person
    one group that gives the profile, the second sees what the first has done.
    """
    held = hold_profiles(profile_ids)
    joined: dict[int, list[UUID]] = {}
    left: dict[int, list[UUID]] = {}
    for batch in in_batches(sorted(set(people)), PEOPLE_AT_ONCE):
        _apply_profiles_to(batch, held, joined, left)
    changed = {*joined, *left}
    if not changed:
        return
    touch_profiles(changed)
    audit.record_all(
        audit.Event("profile.members_changed", profile, {**details, "by": "group"})
        for profile in AccessProfile.objects.filter(pk__in=changed)
        for details in audit_details(joined.get(profile.pk, ()), left.get(profile.pk, ()))
    )


def _apply_profiles_to(
    people: Sequence[UUID],
    profile_ids: Collection[int],
    joined: dict[int, list[UUID]],
    left: dict[int, list[UUID]],
) -> None:
    """Write the difference for these people, and add it to ``joined`` and ``left``."""
    wanted = {
        (user_id, profile_id)
        for user_id, given in mapped_to(people).items()
        for profile_id in given.profile_ids
        if profile_id in profile_ids
    }
    rows = list(
        ProfileMembership.objects.filter(
            user_id__in=people, profile_id__in=profile_ids
        ).values_list("user_id", "profile_id", "by_group", "pk")
    )
    held = {(user_id, profile_id) for user_id, profile_id, _by_group, _pk in rows}
    missing = sorted(wanted - held)
    leaving = [row for row in rows if row[2] and (row[0], row[1]) not in wanted]
    ProfileMembership.objects.bulk_create(
        [
            ProfileMembership(user_id=user_id, profile_id=profile_id, by_group=True)
            for user_id, profile_id in missing
        ],
        ignore_conflicts=True,
    )
    if leaving:
        ProfileMembership.objects.filter(pk__in=[row[3] for row in leaving]).delete()
    _note(joined, missing)
    _note(left, ((row[0], row[1]) for row in leaving))


def _note(noted: dict[int, list[UUID]], pairs: Iterable[tuple[UUID, int]]) -> None:
    for user_id, profile_id in pairs:
        noted.setdefault(profile_id, []).append(user_id)


def _role_after(
    user: User, mapped: Mapping[UUID, MappedTo], *, joins: bool, given: Collection[str]
) -> Role:
    roles = mapped[user.pk].roles if user.pk in mapped else []
    highest = max((Role(role) for role in roles), key=list(Role).index, default=None)
    if joins and highest is not None:
        return highest
    if user.role in given:
        return highest or Role.MEMBER
    return Role(user.role)
