"""Who is in a group, a profile or a role, changed in one step through the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.groups import GroupFields, update_group
from accounts.services.profiles import change_profile_members
from accounts.services.roles import change_role_members

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import AccessProfile, DirectoryGroup, Role


def add_group_members(*, group: DirectoryGroup, member_ids: Collection[UUID]) -> bool:
    """Add people and groups by id; return whether any was new."""
    return _change(group, MemberDelta(add=tuple(member_ids)))


def remove_group_members(*, group: DirectoryGroup, member_ids: Collection[UUID]) -> bool:
    """Remove people and groups by id; return whether any was a member."""
    return _change(group, MemberDelta(remove=tuple(member_ids)))


def replace_group_members(*, group: DirectoryGroup, member_ids: Collection[UUID]) -> bool:
    """Let exactly these people and groups be members."""
    return _change(group, MemberDelta(add=tuple(member_ids), remove_others=True))


def replace_profile_members(*, profile: AccessProfile, user_ids: Collection[UUID]) -> bool:
    """Let exactly these people be members."""
    delta = MemberDelta(add=tuple(user_ids), remove_others=True)
    return change_profile_members(profile=profile, deltas=[delta])


def replace_role_members(*, role: Role, user_ids: Collection[UUID]) -> None:
    """Make exactly ``user_ids`` hold ``role``."""
    change_role_members(role=role, deltas=[MemberDelta(add=tuple(user_ids), remove_others=True)])


def _change(group: DirectoryGroup, delta: MemberDelta) -> bool:
    return update_group(group=group, values=GroupFields.of(group), members=[delta])
