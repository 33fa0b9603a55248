"""Who waits for whom when members of directory groups, and what membership gives, change at once.

Two kinds of change meet in a group: who is in it, and what that gives.  Whoever of the two comes
second must see what the first has done, so both hold the row of the group until they are
committed.  ``rules_revision`` of the row moves with the second kind; a statement that has looked
at the mappings before it got the row sees from it that they may be others now (see ADR 12).

Everybody takes what they need in one order: the tenant's rules, people, groups by their id, the
tenant's row, access profiles, subscriptions, seats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from accounts.memberships import BELOW, people_below
from accounts.models import AccessProfile, User
from accounts.prepared import prepared_cursor
from accounts.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

_OUR_SEED: Final = 0x67726F757072756C
"""What keeps these advisory locks apart from others: the first octets of "grouprules"."""

_HOLD_RULES: Final = "SELECT pg_advisory_xact_lock(hashint8extended(%s, %s))"
_KEEP_PEOPLE: Final = """
    SELECT count(*) FROM (
        SELECT FROM accounts_user WHERE tenant_id = %(tenant)s AND id = ANY(%(people)s::uuid[])
        ORDER BY id FOR KEY SHARE
    ) held
"""
_HOLD_PEOPLE: Final = _KEEP_PEOPLE.replace("KEY SHARE", "NO KEY UPDATE")
_HOLD_GROUP: Final = f"""
    SELECT version FROM accounts_directorygroup
    WHERE tenant_id = %(tenant)s AND id = %(group)s AND ({_HOLD_PEOPLE}) >= 0
    FOR NO KEY UPDATE
"""  # noqa: S608 - constants of ours
_HOLD_BELOW: Final = f"""
    {BELOW}, held AS (
        SELECT id FROM accounts_directorygroup
        WHERE tenant_id = %(tenant)s
            AND (id = ANY(%(around)s::uuid[]) OR id IN (SELECT group_id FROM below))
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE accounts_directorygroup changing SET rules_revision = changing.rules_revision + 1
    FROM held WHERE changing.id = held.id
"""  # noqa: S608 - constants of ours
_GIVES: Final = """
    WITH RECURSIVE above(group_id) AS (
        SELECT %(group)s::uuid
        UNION
        SELECT parent.group_id FROM accounts_directorygroupmember parent
        JOIN above ON parent.member_group_id = above.group_id
        WHERE parent.tenant_id = %(tenant)s
    )
    SELECT EXISTS (
        SELECT FROM accounts_directorygroup found JOIN above ON found.id = above.group_id
        WHERE found.mapped_role <> ''
    ), EXISTS (
        SELECT FROM accounts_directorygroupprofile rule JOIN above USING (group_id)
        WHERE rule.tenant_id = %(tenant)s
    )
"""


def hold_rules() -> None:
    """Let nobody else nest groups of the active tenant, or map them, until the transaction ends.

    Nesting and mappings are then what they are; call it before anything else is held.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_RULES, [active_tenant_id(), _OUR_SEED])


def hold_group(group_id: UUID, *, people: Collection[UUID] = ()) -> int | None:
    """Hold the group's row, and before it those of ``people``; return the group's version.

    Afterwards nobody else changes who is in the group directly, or what that gives.  ``None``
    when the group does not exist any more.
    """
    values: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "group": group_id,
        "people": list(people),
    }
    with prepared_cursor() as cursor:
        cursor.execute(_HOLD_GROUP, values)
        row = cursor.fetchone()
    return row[0] if row else None


def hold_people(ids: Collection[UUID], *, to_change: bool = True) -> None:
    """Hold the rows of these people; unless ``to_change``, only so that nobody deletes them."""
    values: dict[str, Any] = {"tenant": active_tenant_id(), "people": list(ids)}
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_PEOPLE if to_change else _KEEP_PEOPLE, values)


def hold_people_below(group_ids: Collection[UUID], *, inside: UUID) -> None:
    """Hold everybody in these groups whom being in the group ``inside`` gives something.

    A role is written into the row of a person, and a place in a profile refers to it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GIVES, {"tenant": active_tenant_id(), "group": inside})
        gives_role, gives_profile = cursor.fetchone()
    if gives_role or gives_profile:
        hold_people(people_below(group_ids), to_change=gives_role)


def hold_below(group_ids: Collection[UUID], *, around: Collection[UUID] = ()) -> None:
    """Hold these groups, every group nested in them, and those ``around``.

    The caller holds the rules, and is about to change what being in ``group_ids`` gives: who joins
    or leaves meanwhile waits, and looks at it again.
    """
    values: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "groups": list(group_ids),
        "around": list(around),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_BELOW, values)


def hold_leaver(user: User) -> None:
    """Hold the row of somebody who is about to be deleted: nothing refers to it from now on."""
    User.objects.select_for_update().filter(pk=user.pk).values_list("pk").first()


def hold_profiles(profile_ids: Collection[int]) -> set[int]:
    """Hold these access profiles; return those that exist.

    Who is in a profile because of a group is worked out when nobody else is doing so.
    """
    profiles = AccessProfile.objects.select_for_update(no_key=True).filter(pk__in=profile_ids)
    return set(profiles.order_by("pk").values_list("pk", flat=True))


def hold_profile_to_delete(profile: AccessProfile) -> None:
    """Hold the row of a profile that is about to be deleted: nobody gets into it from now on."""
    AccessProfile.objects.select_for_update().filter(pk=profile.pk).values_list("pk").first()
