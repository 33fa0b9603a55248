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

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.errors import UnknownGroupError
from accounts.models import AccessProfile, DirectoryGroup, Tenant, User
from accounts.storage.memberships import BELOW, people_below
from accounts.storage.nesting import closure_above
from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from uuid import UUID

_OUR_SEED: Final = 0x67726F757072756C
"""What keeps these advisory locks apart from others: the first octets of "grouprules"."""

_ATTEMPTS: Final = 5
"""How often people and groups are held anew because others have joined; then out of order."""

_HOLD_RULES: Final = "SELECT pg_advisory_xact_lock(hashint8extended(%s, %s))"
_KEEP_PEOPLE: Final = """
    SELECT count(*) FROM (
        SELECT FROM accounts_user WHERE tenant_id = %(tenant)s AND id = ANY(%(people)s::uuid[])
        ORDER BY id FOR KEY SHARE
    ) held
"""
_HOLD_PEOPLE: Final = _KEEP_PEOPLE.replace("KEY SHARE", "NO KEY UPDATE")
_GIVES: Final = f"""
    WITH RECURSIVE {closure_above("SELECT %(group)s::uuid")}
    SELECT EXISTS (
        SELECT FROM accounts_directorygroup found JOIN above ON found.id = above.group_id
        WHERE found.mapped_role <> ''
    ) AS gives_role, EXISTS (
        SELECT FROM accounts_directorygroupprofile rule JOIN above USING (group_id)
        WHERE rule.tenant_id = %(tenant)s
    ) AS gives_profile
"""  # noqa: S608 - constants of ours
# Those who are to be members and are not, and the members who are not to be.
_HOLD_WHO_CHANGES: Final = f"""
    SELECT count(*) FROM (
        SELECT FROM accounts_user WHERE tenant_id = %(tenant)s
            AND (SELECT gives_role OR gives_profile FROM ({_GIVES}) given)
            AND id IN (
                SELECT wanted.id FROM unnest(%(people)s::uuid[]) wanted(id) WHERE NOT EXISTS (
                    SELECT FROM accounts_directorygroupmember member
                    WHERE member.tenant_id = %(tenant)s AND member.group_id = %(group)s
                        AND member.user_id = wanted.id
                )
                UNION ALL
                SELECT member.user_id FROM accounts_directorygroupmember member
                WHERE member.tenant_id = %(tenant)s AND member.group_id = %(group)s
                    AND NOT EXISTS (
                        SELECT FROM unnest(%(people)s::uuid[]) wanted(id)
                        WHERE wanted.id = member.user_id
                    )
            )
        ORDER BY id FOR NO KEY UPDATE
    ) held
"""  # noqa: S608 - constants of ours
_HOLD_GROUP: Final = """
    SELECT version FROM accounts_directorygroup
    WHERE tenant_id = %(tenant)s AND id = %(group)s AND ({people}) >= 0
    FOR NO KEY UPDATE
"""
_HOLD_GROUP_AND_PEOPLE: Final = _HOLD_GROUP.format(people=_HOLD_PEOPLE)
_HOLD_GROUP_AND_WHO_CHANGES: Final = _HOLD_GROUP.format(people=_HOLD_WHO_CHANGES)
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


def hold_rules() -> None:
    """Let nobody else nest groups of the active tenant, or map them, until the transaction ends.

    Nesting and mappings are then what they are; call it before anything else is held.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_RULES, [active_tenant_id(), _OUR_SEED])


def read_held_group(group: DirectoryGroup) -> DirectoryGroup:
    """Return the group as it is now; the caller holds the rules, so it is not deleted from now on.

    Raises:
        UnknownGroupError: Somebody deleted it before.
    """
    found = DirectoryGroup.objects.filter(pk=group.pk).first()
    if found is None:
        raise UnknownGroupError(_("The group does not exist any more."))
    return found


def hold_group(
    group_id: UUID, *, people: Collection[UUID] = (), no_others: bool = False
) -> int | None:
    """Hold the group's row, and before it those of ``people``; return the group's version.

    With ``no_others``, ``people`` are to be the members: held are those who join or leave, if the
    group gives them something.  Afterwards nobody else changes who is in the group directly, or
    what that gives.  ``None`` when the group does not exist any more.
    """
    values: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "group": group_id,
        "people": list(people),
    }
    with prepared_cursor() as cursor:
        cursor.execute(_HOLD_GROUP_AND_WHO_CHANGES if no_others else _HOLD_GROUP_AND_PEOPLE, values)
        row = cursor.fetchone()
    return row[0] if row else None


def hold_people(ids: Collection[UUID], *, to_change: bool = True) -> None:
    """Hold the rows of these people; unless ``to_change``, only so that nobody deletes them."""
    if not ids:
        return
    values: dict[str, Any] = {"tenant": active_tenant_id(), "people": list(ids)}
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_PEOPLE if to_change else _KEEP_PEOPLE, values)


def hold_below(
    group_ids: Collection[UUID],
    *,
    around: Collection[UUID] = (),
    people: Callable[[], Collection[UUID]] = tuple,
    to_change: bool = True,
) -> None:
    """Hold these groups, every group nested in them, and those ``around``; before them ``people``.

    The caller holds the rules, and is about to change what being in ``group_ids`` gives: who joins
    or leaves meanwhile waits, and looks at it again.  Who ``people`` are is asked again when the
    groups are held; if there are others by then, everything is let go and held anew in order.
    """
    values: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "groups": list(group_ids),
        "around": list(around),
    }
    wanted = set(people())
    for attempt in range(_ATTEMPTS):
        with transaction.atomic():
            if wanted:
                hold_people(wanted, to_change=to_change)
            with connection.cursor() as cursor:
                cursor.execute(_HOLD_BELOW, values)
            found = wanted | set(people())
            if found == wanted or attempt == _ATTEMPTS - 1:
                return
            transaction.set_rollback(True)  # To the savepoint: what was held since is free again.
        wanted = found


def hold_inside(
    group_ids: Collection[UUID],
    *,
    inside: UUID,
    around: Collection[UUID] = (),
    named: Collection[UUID] = (),
) -> None:
    """Do as :func:`hold_below` for groups that get into the group ``inside``, or out of it.

    Those ``named`` are held before; so is everybody in the groups, if being in ``inside`` gives
    something that is written into the row of a person, or refers to it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GIVES, {"tenant": active_tenant_id(), "group": inside})
        gives_role, gives_profile = cursor.fetchone()

    def people() -> set[UUID]:
        gives = gives_role or gives_profile
        return {*named, *(people_below(group_ids) if gives else ())}

    to_change = gives_role or bool(named)  # Who is named, is held to be changed again later.
    hold_below({inside, *group_ids}, around=around, people=people, to_change=to_change)


def hold_leaver(user: User) -> None:
    """Hold the row of somebody who is about to be deleted: nothing refers to it from now on."""
    User.objects.select_for_update().filter(pk=user.pk).values_list("pk").first()


def hold_leaver_and_groups(user: User) -> None:
    """Do as :func:`hold_leaver` for somebody whose seats are released before they are deleted."""
    hold_leaver(user)
    groups = DirectoryGroup.objects.filter(members__user=user).order_by("pk")
    list(groups.select_for_update(no_key=True, of=("self",)).values_list("pk"))


def hold_tenant() -> None:
    """Hold the active tenant's row, as whoever gives or takes the role of an admin does."""
    Tenant.objects.select_for_update(no_key=True).filter(pk=active_tenant_id()).first()


def hold_profiles(profile_ids: Collection[int]) -> set[int]:
    """Hold these access profiles; return those that exist.

    Who is in a profile because of a group is worked out when nobody else is doing so.
    """
    profiles = AccessProfile.objects.select_for_update(no_key=True).filter(pk__in=profile_ids)
    return set(profiles.order_by("pk").values_list("pk", flat=True))


def hold_profile_to_delete(profile: AccessProfile) -> None:
    """Hold the row of a profile that is about to be deleted: nobody gets into it from now on."""
    AccessProfile.objects.select_for_update().filter(pk=profile.pk).values_list("pk").first()
