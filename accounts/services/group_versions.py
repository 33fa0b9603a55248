"""Moving ``version`` and ``last_modified`` of groups whose members changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import UnknownGroupError
from accounts.memberships import MappedGroup
from accounts.models import AccessProfile, DirectoryGroup
from accounts.prepared import prepared_cursor
from accounts.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from accounts.models import User

_TOUCH = """
    WITH RECURSIVE touched AS (
        UPDATE accounts_directorygroup SET version = version + 1, last_modified = %(now)s
        WHERE tenant_id = %(tenant)s AND id = %(group)s
        RETURNING id, version
    ), above(group_id) AS (
        SELECT %(group)s::uuid
        UNION
        SELECT parent.group_id FROM accounts_directorygroupmember parent
        JOIN above ON parent.member_group_id = above.group_id
        WHERE parent.tenant_id = %(tenant)s
    )
    SELECT found.id, found.mapped_role,
        array_remove(array_agg(mapping.profile_id ORDER BY mapping.profile_id), NULL),
        (SELECT version FROM touched)
    FROM above JOIN accounts_directorygroup found ON found.id = above.group_id
    LEFT JOIN accounts_directorygroupprofile mapping ON mapping.group_id = found.id
    WHERE found.tenant_id = %(tenant)s
    GROUP BY found.id
"""


def touch_group(group: DirectoryGroup) -> list[MappedGroup]:
    """Move the group's version; return it and the groups it is nested in, with their mappings.

    Both in one statement, for every change of members needs both.

    Raises:
        UnknownGroupError: Somebody deleted the group meanwhile.
    """
    now = timezone.now()
    with prepared_cursor() as cursor:
        cursor.execute(_TOUCH, {"now": now, "tenant": active_tenant_id(), "group": group.pk})
        rows = cursor.fetchall()
    if not rows or rows[0][3] is None:
        raise UnknownGroupError(_("The group does not exist any more."))
    group.version, group.last_modified = rows[0][3], now
    return [MappedGroup(*row[:3]) for row in rows]


def touch_groups(group_ids: Iterable[UUID]) -> None:
    """Move the version of directory groups whose members changed."""
    DirectoryGroup.objects.filter(pk__in=group_ids).update(
        version=F("version") + 1, last_modified=timezone.now()
    )


def touch_profiles(profile_ids: Iterable[int]) -> None:
    """Move the version of access profiles whose members changed."""
    AccessProfile.objects.filter(pk__in=profile_ids).update(
        version=F("version") + 1, last_modified=timezone.now()
    )


def touch_groups_of_leaver(user: User) -> None:
    """Move the version of everything that a person is in directly, before they are deleted."""
    touch_groups(user.group_memberships.values_list("group_id", flat=True))
    touch_profiles(user.profile_memberships.values_list("profile_id", flat=True))
