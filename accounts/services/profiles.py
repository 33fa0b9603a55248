"""Access profiles: made, named and deleted in the console; members also change over SCIM."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import FixedGroupError, ProfileNameTakenError, UnknownGroupError
from accounts.group_kinds.keeping_apart import keep_apart_from_groups
from accounts.group_kinds.member_deltas import MemberDelta, audit_details, refuse_unknown
from accounts.models import AccessProfile, DirectoryGroupProfile, ProfileMembership, User
from accounts.names import profile_name_key
from accounts.storage.group_locks import hold_profile_to_delete, hold_profiles
from accounts.storage.group_versions import touch_profiles
from accounts.storage.violations import violated_constraint
from accounts.trail import audit
from accounts.trail.changes import changes, names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from uuid import UUID

_ROWS_PER_INSERT = 5_000


@transaction.atomic
def create_profile(*, name: str, description: str = "") -> AccessProfile:
    """Create a custom access profile in the active tenant.

    Raises:
        ProfileNameTakenError: The tenant has a profile of that name, however it is spelt.
    """
    keep_apart_from_groups(name)
    profile = AccessProfile(name=name, description=description)
    with _profile_names_checked():
        profile.save(force_insert=True)
    audit.record("profile.created", profile)
    return profile


@transaction.atomic
def update_profile(*, profile: AccessProfile, name: str, description: str) -> None:
    """Rename or describe a profile; the default one too, for only admins see its name.

    Raises:
        ProfileNameTakenError: The tenant has another profile of that name, however it is spelt.
    """
    if (profile.name, profile.description) == (name, description):
        return
    if profile.name != name and not profile.is_default:
        keep_apart_from_groups(name)
    details = changes(
        {"name": profile.name, "description": profile.description},
        {"name": name, "description": description},
    )
    columns = ["name", "description"]
    if profile.name != name:
        profile.name_ci = profile_name_key(name)
        columns.append("name_ci")
    profile.name, profile.description = name, description
    with _profile_names_checked():
        profile.save(update_fields=columns)
    touch_profiles([profile.pk])
    audit.record("profile.updated", profile, **details)


@transaction.atomic
def set_profile_external_id(*, profile: AccessProfile, external_id: str) -> bool:
    """Keep the id that an identity provider gives the profile; return whether it is another."""
    if profile.external_id == external_id:
        return False
    details = changes({"external_id": profile.external_id}, {"external_id": external_id})
    profile.external_id = external_id
    profile.save(update_fields=["external_id"])
    touch_profiles([profile.pk])
    audit.record("profile.updated", profile, **details)
    return True


@transaction.atomic
def delete_profile(*, profile: AccessProfile) -> None:
    """Delete a custom access profile; its members lose what it let them see.

    Raises:
        FixedGroupError: It is the tenant's default profile.
    """
    if profile.is_default:
        raise FixedGroupError(
            _("%(profile)s is the default access profile: everybody is in it, so it stays.")
            % {"profile": profile.name}
        )
    hold_profile_to_delete(profile)
    members = ProfileMembership.objects.filter(profile=profile).order_by("user_id")
    mapped = DirectoryGroupProfile.objects.filter(profile=profile)
    groups = [str(pk) for pk in mapped.order_by("group_id").values_list("group_id", flat=True)]
    given = {"groups": groups} if groups else {}
    audit.record_all(
        [
            *_changed(profile, removed=members.values_list("user_id", flat=True)),
            audit.Event("profile.deleted", profile, {**names({"name": profile.name}), **given}),
        ]
    )
    profile.delete()


def _changed(profile: AccessProfile, **ids: Iterable[UUID]) -> Iterator[audit.Event]:
    for details in audit_details(**ids):
        yield audit.Event("profile.members_changed", profile, details)


def add_profile_members(*, profile: AccessProfile, user_ids: Collection[UUID]) -> bool:
    """Add people by hand; return whether anything changed.  See :func:`change_profile_members`."""
    return change_profile_members(profile=profile, deltas=[MemberDelta(add=tuple(user_ids))])


def remove_profile_members(*, profile: AccessProfile, user_ids: Collection[UUID]) -> bool:
    """Remove people; others are no error.  See :func:`change_profile_members`."""
    return change_profile_members(profile=profile, deltas=[MemberDelta(remove=tuple(user_ids))])


@transaction.atomic
def change_profile_members(*, profile: AccessProfile, deltas: Iterable[MemberDelta]) -> bool:
    """Apply the steps in order, all or none; return whether membership is other than before.

    Whoever is added this way stays when a mapped directory group takes its members' profile
    back.  Whoever is removed while such a group gives the profile gets it again with the next
    change of that group.

    Raises:
        FixedGroupError: It is the default profile, which everybody is in.
        UnknownGroupError: Somebody else deleted the profile.
        UnknownMemberError: Somebody to add is not a user of the active tenant.
    """
    if profile.is_default:
        raise FixedGroupError(_("Everybody is in the default access profile."))
    if not hold_profiles([profile.pk]):
        raise UnknownGroupError(_("The access profile does not exist any more."))
    joined: set[UUID] = set()
    left: set[UUID] = set()
    kept: set[UUID] = set()
    for delta in deltas:
        if delta.removes:
            gone = _remove(profile, delta)
            left |= gone - joined
            joined -= gone
        if delta.add:
            new, staying = _add(profile, set(delta.add))
            joined |= new - left
            left -= new
            kept.update(staying)
    audit.record_all(
        _changed(profile, added=sorted(joined), removed=sorted(left), kept=sorted(kept - left))
    )
    if not joined and not left:
        return False
    touch_profiles([profile.pk])
    return True


def _remove(profile: AccessProfile, delta: MemberDelta) -> set[UUID]:
    rows = ProfileMembership.objects.filter(_leaving(delta), profile=profile)
    leaving = dict(rows.values_list("pk", "user_id"))
    if leaving:
        ProfileMembership.objects.filter(pk__in=list(leaving)).delete()
    return set(leaving.values())


def _leaving(delta: MemberDelta) -> Q:
    if delta.remove_others:
        return ~Q(user_id__in=set(delta.add))
    return Q(user_id__in=set(delta.remove))


def _add(profile: AccessProfile, wanted: set[UUID]) -> tuple[set[UUID], list[UUID]]:
    """Insert those who are missing, and let those whom a group brought stay for good.

    Return both.
    """
    users = User.objects.filter(pk__in=wanted)
    refuse_unknown(wanted - set(users.values_list("pk", flat=True)))
    rows = ProfileMembership.objects.filter(profile=profile, user_id__in=wanted)
    present = dict(rows.values_list("user_id", "by_group"))
    by_group = [user_id for user_id, is_by_group in present.items() if is_by_group]
    if by_group:
        ProfileMembership.objects.filter(profile=profile, user_id__in=by_group).update(
            by_group=False
        )
    new = wanted - present.keys()
    ProfileMembership.objects.bulk_create(
        [ProfileMembership(profile=profile, user_id=pk) for pk in sorted(new)],
        ignore_conflicts=True,
        batch_size=_ROWS_PER_INSERT,
    )
    return new, by_group


@contextmanager
def _profile_names_checked() -> Iterator[None]:
    """Turn a violation of the unique profile name, and nothing else, into our own error."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if violated_constraint(error) != "profile_name_unique_in_tenant":
            raise
        raise ProfileNameTakenError(
            _(
                "The company already has an access profile of this name. Letter case, spaces, and "
                "how letters are encoded, make no other name."
            )
        ) from error
