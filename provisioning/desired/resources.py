"""Our own resources as mappings read them: as a SCIM client sees them, and a little more."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from accounts.models import DirectoryGroupAttribute
from accounts.tenancy.scoping import active_tenant_id
from provisioning.storage.scope import group_names_of
from scim.adapters.user_adapter import person_of, user_resource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from accounts.models import DirectoryGroup, User


def resource_of_user(user: User) -> Mapping[str, Any]:
    """Return the resource of one person, with ``role`` and the names of ``groups``."""
    return resources_of_users([user])[user.pk]


def resource_of_group(group: DirectoryGroup) -> Mapping[str, Any]:
    """Return the resource of one group, with its ``customAttributes``."""
    return resources_of_groups([group])[group.pk]


def resources_of_users(users: Sequence[User]) -> dict[UUID, dict[str, Any]]:
    """Return the resources of people by their ids."""
    if not users:
        return {}
    names: defaultdict[UUID, list[str]] = defaultdict(list)
    for user_id, name in group_names_of(
        tenant_id=active_tenant_id(), ids=[user.pk for user in users]
    ):
        names[user_id].append(name)
    return {
        user.pk: {
            **user_resource(person_of(user)),
            "role": user.role,
            "groups": names.get(user.pk, []),
        }
        for user in users
    }


def resources_of_groups(groups: Sequence[DirectoryGroup]) -> dict[UUID, dict[str, Any]]:
    """Return the resources of directory groups by their ids."""
    attributes: defaultdict[UUID, dict[str, str]] = defaultdict(dict)
    rows = DirectoryGroupAttribute.objects.filter(group__in=groups).values_list(
        "group_id", "name", "value"
    )
    for group_id, name, value in rows:
        attributes[group_id][name] = value
    return {
        group.pk: {
            **group.attributes,
            "id": str(group.pk),
            "displayName": group.display_name,
            "externalId": group.external_id,
            "customAttributes": attributes.get(group.pk, {}),
        }
        for group in groups
    }
