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
    return resources_of_users([user], names_of_groups([user]))[user.pk]


def resource_of_group(group: DirectoryGroup) -> Mapping[str, Any]:
    """Return the resource of one group, with its ``customAttributes``."""
    return resources_of_groups([group])[group.pk]


def resources_of_users(
    users: Sequence[User], groups: Mapping[UUID, Sequence[str]]
) -> dict[UUID, dict[str, Any]]:
    """Return the resources of people by their ids; ``groups`` has the names of their groups."""
    return {
        user.pk: {
            **user_resource(person_of(user)),
            "role": user.role,
            "groups": groups.get(user.pk, []),
        }
        for user in users
    }


def names_of_groups(users: Sequence[User]) -> Mapping[UUID, Sequence[str]]:
    """Return the names of the groups that each of these people is in, also through nesting."""
    names: defaultdict[UUID, list[str]] = defaultdict(list)
    ids = [user.pk for user in users]
    for user_id, name in group_names_of(tenant_id=active_tenant_id(), ids=ids):
        names[user_id].append(name)
    return names


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
