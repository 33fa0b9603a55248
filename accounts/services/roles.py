"""Changing what people may do: everybody has exactly one role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.group_kinds.member_deltas import MemberDelta, refuse_unknown
from accounts.models import Role, User
from accounts.services.users import keeping_an_admin
from accounts.trail import audit
from accounts.trail.changes import changes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID


def change_role(*, user: User, role: Role) -> None:
    """Give ``user`` another role.

    Raises:
        LastAdminError: They are the tenant's last active admin.
    """
    add_role_members(role=role, user_ids=[user.pk])
    user.refresh_from_db(fields=["role", "version", "last_modified"])


def keep_role(*, user: User, role: Role) -> None:
    """Give ``user`` the ``role`` back that they had, if theirs is a lower one by now.

    Who joins a group that gives a role has that one from then on, though they had a higher one.
    """
    if list(Role).index(Role(user.role)) < list(Role).index(role):
        change_role(user=user, role=role)


def add_role_members(*, role: Role, user_ids: Collection[UUID]) -> None:
    """Move people into ``role``, out of the role they had.

    Raises:
        UnknownMemberError: A user does not exist in the active tenant; nobody is moved.
        LastAdminError: Nobody would remain an active admin.
    """
    change_role_members(role=role, deltas=[MemberDelta(add=tuple(user_ids))])


@transaction.atomic
def change_role_members(*, role: Role, deltas: Iterable[MemberDelta]) -> None:
    """Apply the steps in order, all or none.  Whoever leaves a role becomes a member.

    Raises:
        UnknownMemberError: Somebody to add does not exist in the active tenant.
        LastAdminError: Nobody would remain an active admin.
    """
    steps = list(deltas)
    _hold_concerned(role, steps)
    with keeping_an_admin():
        for delta in steps:
            if delta.removes and role != Role.MEMBER:
                move_users(users=_leaving(role, delta), role=Role.MEMBER)
            if delta.add:
                move_users(users=_joining(role, delta), role=role)


def move_users(*, users: Collection[User], role: Role) -> None:
    """Write and record that these people, who hold other roles, hold ``role`` now.

    Call it inside :func:`accounts.services.users.keeping_an_admin`.
    """
    if not users:
        return
    User.objects.filter(pk__in=[user.pk for user in users]).update(
        role=role, version=F("version") + 1, last_modified=timezone.now()
    )
    audit.record_all(
        audit.Event("user.role_changed", user, changes({"role": user.role}, {"role": role}))
        for user in users
    )


def _hold_concerned(role: Role, deltas: Collection[MemberDelta]) -> None:
    """Hold everybody who may get another role, before the tenant's row is held."""
    concerned = Q(pk__in={pk for delta in deltas for pk in (*delta.add, *delta.remove)})
    if role != Role.MEMBER and any(delta.remove_others for delta in deltas):
        concerned |= Q(role=role)
    people = User.objects.select_for_update(no_key=True).filter(concerned).order_by("pk")
    list(people.values_list("pk"))


def _leaving(role: Role, delta: MemberDelta) -> list[User]:
    holders = User.objects.select_for_update(no_key=True).filter(role=role).order_by("pk")
    if delta.remove_others:
        return list(holders.exclude(pk__in=set(delta.add)))
    return list(holders.filter(pk__in=set(delta.remove)))


def _joining(role: Role, delta: MemberDelta) -> list[User]:
    wanted = set(delta.add)
    found = list(User.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))
    refuse_unknown(wanted - {user.pk for user in found})
    return [user for user in found if user.role != role]
