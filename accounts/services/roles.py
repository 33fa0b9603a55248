"""Changing what people may do: everybody has exactly one role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.errors import UnknownMemberError
from accounts.models import Role, User
from accounts.services.users import keeping_an_admin

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID


def change_role(*, user: User, role: Role) -> None:
    """Give ``user`` another role.

    Raises:
        LastAdminError: They are the tenant's last active admin.
    """
    add_role_members(role=role, user_ids=[user.pk])
    user.refresh_from_db(fields=["role", "version", "last_modified"])


@transaction.atomic
def add_role_members(*, role: Role, user_ids: Collection[UUID]) -> None:
    """Move people into ``role``, out of the role they had.

    Raises:
        UnknownMemberError: A user does not exist in the active tenant; nobody is moved.
        LastAdminError: Nobody would remain an active admin.
    """
    wanted = set(user_ids)
    found = list(User.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    if len(found) < len(wanted):
        missing = sorted(str(pk) for pk in wanted - {user.pk for user in found})
        raise UnknownMemberError(f"No such user in this tenant: {', '.join(missing[:5])}.")
    _move([user for user in found if user.role != role], role)


@transaction.atomic
def remove_role_members(*, role: Role, user_ids: Collection[UUID]) -> None:
    """Make those of ``user_ids`` who hold ``role`` members; others are left alone.

    Raises:
        LastAdminError: Nobody would remain an active admin.
    """
    holders = User.objects.select_for_update().filter(pk__in=set(user_ids), role=role)
    _move(list(holders.order_by("pk")) if role != Role.MEMBER else [], Role.MEMBER)


@transaction.atomic
def replace_role_members(*, role: Role, user_ids: Collection[UUID]) -> None:
    """Make exactly ``user_ids`` hold ``role``; former holders become members.

    Raises:
        UnknownMemberError: A user does not exist in the active tenant; nothing changes.
        LastAdminError: Nobody would remain an active admin.
    """
    with keeping_an_admin():
        add_role_members(role=role, user_ids=user_ids)
        leaving = User.objects.select_for_update().filter(role=role).exclude(pk__in=set(user_ids))
        _move(list(leaving.order_by("pk")) if role != Role.MEMBER else [], Role.MEMBER)


def _move(users: list[User], role: Role) -> None:
    if not users:
        return
    with keeping_an_admin():
        User.objects.filter(pk__in=[user.pk for user in users]).update(
            role=role, version=F("version") + 1, last_modified=timezone.now()
        )
    audit.record_all(
        audit.Event("user.role_changed", user, {"before": user.role, "after": role})
        for user in users
    )
