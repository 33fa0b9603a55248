"""Between groups of three kinds and the Group resource.

:class:`GroupAdapter` is django-scim2's contract (``SCIM_SERVICE_PROVIDER["GROUP_ADAPTER"]``) for
directory groups; what it does is in the plain functions, which the endpoints call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django_scim.adapters import SCIMGroup
from typing_extensions import override

from accounts.models import DirectoryGroup
from accounts.services.groups import GroupFields, create_group, delete_group, update_group
from scim.adapters import moment
from scim.group_members import all_members
from scim.group_rows import GroupRow, row_of
from scim.protocol import urns
from scim.protocol.core_schemas import GROUP
from scim.protocol.errors import InvalidValueError
from scim.protocol.preconditions import entity_tag
from scim.protocol.resources import read_resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scim.group_members import Members

_LIMITS: Final = {"displayName": 255, "externalId": 255}


def group_location(group_id: str) -> str:
    """Return the URL of a group."""
    return f"{settings.BASE_URL}/scim/v2/Groups/{group_id}"


def group_resource(row: GroupRow, members: Members | None = None) -> dict[str, Any]:
    """Return the canonical resource of a group; ``members`` is left out unless given."""
    resource: dict[str, Any] = {"schemas": [urns.GROUP, *row.attributes], "id": row.id}
    if row.external_id:
        resource["externalId"] = row.external_id
    resource["displayName"] = row.display_name
    resource |= row.attributes
    if members is not None:
        resource["members"] = members
    meta = {
        "resourceType": "Group",
        "created": moment(row.created),
        "lastModified": moment(row.last_modified),
        "location": group_location(row.id),
    }
    if row.version is not None:
        meta["version"] = entity_tag(row.version)
    resource["meta"] = meta
    return resource


def group_fields(resource: Mapping[str, Any]) -> GroupFields:
    """Return what a canonical resource says of a directory group, members aside.

    Raises:
        InvalidValueError: ``displayName`` is blank, or a value is longer than its column.
    """
    if str(resource.get("displayName", "-")).isspace():
        raise InvalidValueError("displayName must not be blank.")
    return GroupFields(
        display_name=_limited(resource, "displayName"),
        external_id=_limited(resource, "externalId"),
        attributes={key: value for key, value in resource.items() if ":" in key},
    )


def _limited(resource: Mapping[str, Any], name: str) -> str:
    value = str(resource.get(name, ""))
    if len(value) > _LIMITS[name]:
        raise InvalidValueError(f"{name} is longer than {_LIMITS[name]} characters.")
    return value


class GroupAdapter(SCIMGroup):  # type: ignore[misc]  # django-scim2 ships no types
    """django-scim2's view of a directory group."""

    id_field = "id"
    obj: DirectoryGroup

    @property
    def location(self) -> str:
        """The URL of the group."""
        return group_location(str(self.obj.pk))

    @override
    def to_dict(self) -> dict[str, Any]:
        row = row_of(self.obj)
        return group_resource(row, all_members(row))

    @override
    def validate_dict(self, d: Mapping[str, Any]) -> None:
        read_resource(d, GROUP)

    @override
    def from_dict(self, d: Mapping[str, Any]) -> None:
        self.values = group_fields(read_resource(d, GROUP))

    @override
    def save(self) -> None:
        if self.obj._state.adding:  # noqa: SLF001 - Django's documented way to ask
            self.obj = create_group(values=self.values)
        else:
            update_group(group=self.obj, values=self.values)

    @override
    def delete(self) -> None:
        delete_group(group=self.obj)
