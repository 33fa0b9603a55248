"""Roles and permissions of an application, and the groups whose people have them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.storage.violations import violated_constraint
from accounts.trail import audit
from accounts.trail.changes import changes, names
from provisioning.errors import RoleKeyTakenError
from provisioning.models import (
    Application,
    ApplicationPermission,
    ApplicationRole,
    ApplicationRoleGroup,
)
from provisioning.services.changing import hold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from accounts.models import DirectoryGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFields:
    """Everything of a role: basic details, the keys of its permissions, and its groups."""

    key: str
    name: str
    description: str = ""
    permissions: Collection[str] = ()
    groups: Collection[DirectoryGroup] = field(default_factory=tuple)


@transaction.atomic
def create_application_role(*, application: Application, fields: RoleFields) -> ApplicationRole:
    """Make a role; who is in one of its groups has it, and its permissions, at the application.

    Raises:
        RoleKeyTakenError: The application has a role of this key.
    """
    role = ApplicationRole(
        application=hold(application),
        key=fields.key,
        name=fields.name,
        description=fields.description,
    )
    with _key_checked(fields.key):
        role.save(force_insert=True)
    _write(role, fields)
    audit.record("applicationrole.created", role, **changes({}, _state(role)))
    return role


@transaction.atomic
def change_application_role(*, role: ApplicationRole, fields: RoleFields) -> bool:
    """Let a role be as said; return whether it was another.

    Raises:
        RoleKeyTakenError: The application has another role of this key.
    """
    hold(role.application)
    stored = ApplicationRole.objects.get(pk=role.pk)
    before = _state(stored)
    for name in ("key", "name", "description"):
        setattr(role, name, getattr(fields, name))
    with _key_checked(fields.key):
        role.save(update_fields=["key", "name", "description"])
    _write(role, fields)
    told = changes(before, _state(role))
    if told:
        audit.record("applicationrole.updated", role, **told)
    return bool(told)


@transaction.atomic
def delete_application_role(*, role: ApplicationRole) -> None:
    """Delete a role: whoever has it loses it at the application, with its permissions."""
    hold(role.application)
    audit.record("applicationrole.deleted", role, **names({"name": role.name}))
    role.delete()


def _write(role: ApplicationRole, fields: RoleFields) -> None:
    permissions = ApplicationPermission.objects.filter(role=role)
    permissions.exclude(key__in=fields.permissions).delete()
    known = set(permissions.values_list("key", flat=True))
    ApplicationPermission.objects.bulk_create(
        ApplicationPermission(role=role, key=key)
        for key in dict.fromkeys(fields.permissions)
        if key not in known
    )
    wanted = {group.pk: group for group in fields.groups}
    groups = ApplicationRoleGroup.objects.filter(role=role)
    groups.exclude(group__in=wanted).delete()
    present = set(groups.values_list("group_id", flat=True))
    ApplicationRoleGroup.objects.bulk_create(
        ApplicationRoleGroup(role=role, group=group)
        for key, group in wanted.items()
        if key not in present
    )


def _state(role: ApplicationRole) -> dict[str, Any]:
    groups = ApplicationRoleGroup.objects.filter(role=role).select_related("group")
    return {
        "key": role.key,
        "name": role.name,
        "description": role.description,
        "permissions": sorted(role.permissions.values_list("key", flat=True)),
        "assigned_groups": sorted(each.group.display_name for each in groups),
    }


@contextmanager
def _key_checked(key: str) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if violated_constraint(error) != "application_role_once":
            raise
        text = _("The application already has a role with the key “%(key)s”.")
        raise RoleKeyTakenError(text % {"key": key}) from error
