"""Taking somebody out of an access profile, unless a directory group has them in it by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import ProfileMembership
from accounts.services.profiles import remove_profile_members
from accounts.storage.group_locks import hold_profiles
from accounts.storage.groups_around_person import groups_giving_profiles
from accounts.trail import audit

if TYPE_CHECKING:
    from accounts.models import AccessProfile, User


@transaction.atomic
def remove_unless_groups_give(*, profile: AccessProfile, user: User) -> bool:
    """Take ``user`` out of ``profile``, into which they came by hand; return whether they left.

    If a directory group of theirs gives the profile, they stay, and are in it because of the
    group from now on: they leave when it gives the profile no more.  The profile is held before
    the groups are read, as whoever changes these does.
    """
    hold_profiles([profile.pk])
    if not groups_giving_profiles(user.pk, [profile.pk]):
        remove_profile_members(profile=profile, user_ids=[user.pk])
        return True
    ProfileMembership.objects.filter(profile=profile, user=user).update(by_group=True)
    audit.record("profile.members_changed", profile, left_to_groups=[str(user.pk)])
    return False
