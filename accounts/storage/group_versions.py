"""Moving ``version`` and ``last_modified`` of groups whose members changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import UnknownGroupError
from accounts.storage.group_locks import hold_leaver
from accounts.storage.memberships import MappedGroup
from accounts.storage.nesting import closure_above
from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import DirectoryGroup, User

_TOUCH = f"""
    WITH RECURSIVE touched AS (
        UPDATE accounts_directorygroup SET version = version + 1, last_modified = %(now)s
        WHERE tenant_id = %(tenant)s AND id = %(group)s
        RETURNING id, version
    ), {closure_above("SELECT %(group)s::uuid")}
    SELECT found.id, found.mapped_role,
        array_remove(array_agg(mapping.profile_id ORDER BY mapping.profile_id), NULL),
        (SELECT version FROM touched)
    FROM above JOIN accounts_directorygroup found ON found.id = above.group_id
    LEFT JOIN accounts_directorygroupprofile mapping ON mapping.group_id = found.id
    WHERE found.tenant_id = %(tenant)s
    GROUP BY found.id
    ORDER BY found.id <> %(group)s, found.id
"""  # noqa: S608 - constants of ours
# Rows are taken in the order of their ids, so that two such changes do not wait in a circle.
_TOUCH_MANY = """
    WITH held AS (
        SELECT id FROM {table} WHERE tenant_id = %(tenant)s AND id {which}
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE {table} changing SET version = changing.version + 1, last_modified = %(now)s
    FROM held WHERE changing.id = held.id
    RETURNING changing.id
"""
_THESE = "= ANY(%(ids)s)"
_OF_PERSON = "IN (SELECT {key} FROM {members} WHERE tenant_id = %(tenant)s AND user_id = %(user)s)"


def touch_group(group: DirectoryGroup) -> list[MappedGroup]:
    """Move the group's version; return it, then the groups around it, each with its mappings.

    Both in one statement, for every change of members needs both.  The caller holds the row, so
    that the mappings are the last word: the statement reads them before it waits for anything.

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


def touch_groups(group_ids: Collection[UUID]) -> None:
    """Move the version of directory groups whose members changed."""
    _touch_many("accounts_directorygroup", _THESE, ids=list(group_ids))


def touch_profiles(profile_ids: Collection[int]) -> None:
    """Move the version of access profiles whose members changed."""
    _touch_many("accounts_accessprofile", _THESE, ids=list(profile_ids))


def touch_groups_of_leaver(user: User) -> list[UUID]:
    """Move the version of the directory groups that a person is in, before they are deleted.

    Return their ids.

    The rows of the person and of the groups are held from then on, so that nobody joins or leaves
    meanwhile; call it before anything is held that is held after groups.
    """
    hold_leaver(user)
    which = _OF_PERSON.format(key="group_id", members="accounts_directorygroupmember")
    return _touch_many("accounts_directorygroup", which, user=user.pk)


def touch_profiles_of_leaver(user: User) -> list[int]:
    """Move the version of the access profiles that a person is in, before they are deleted.

    Return their ids.
    """
    which = _OF_PERSON.format(key="profile_id", members="accounts_profilemembership")
    return _touch_many("accounts_accessprofile", which, user=user.pk)


def _touch_many(table: str, which: str, **values: Any) -> list[Any]:
    statement = _TOUCH_MANY.format(table=table, which=which)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "tenant": active_tenant_id(), "now": timezone.now()})
        return sorted(row[0] for row in cursor.fetchall())
