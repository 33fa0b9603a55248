"""Roles and access profiles as Groups: made, named and deleted in the console only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.services.profiles import change_profile_members, set_profile_external_id
from accounts.services.roles import change_role_members
from scim.protocol.errors import ForbiddenError
from scim.storage.group_rows import GroupKind, read_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.group_kinds.member_deltas import MemberDelta
    from accounts.groups.groups import GroupFields
    from scim.storage.group_rows import GroupRow


@transaction.atomic
def change_fixed_group(
    row: GroupRow,
    values: GroupFields,
    deltas: Sequence[MemberDelta],
    *,
    may_change_roles: bool,
) -> GroupRow:
    """Change who is in a role or profile, and return it as it is then.

    A profile keeps an ``externalId``; a role belongs to the product, and ignores one.  Both are
    named in the console only, and ignore a ``displayName``: links that an identity provider made
    under another name go on.

    Raises:
        ForbiddenError: The members of a role would change, and the source may not do that.
        UnknownMemberError: Somebody to add is not a user of the active tenant.
        LastAdminError: Nobody would remain an active admin.
    """
    if row.kind == GroupKind.ROLE:
        if deltas and not may_change_roles:
            raise ForbiddenError(
                "This source may not change roles: who holds a role is decided elsewhere. An "
                "admin can allow it with the source's option “May change roles”."
            )
        if deltas:
            change_role_members(role=row.role, deltas=deltas)
        return row
    profile = row.profile
    changed = set_profile_external_id(profile=profile, external_id=values.external_id)
    if deltas:
        changed |= change_profile_members(profile=profile, deltas=deltas)
    return read_group(row.id) if changed else row
