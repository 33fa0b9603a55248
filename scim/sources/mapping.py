"""Which attribute of a source fills which field: a source's table, compiled.

A row of the default table maps a field to the attribute that it is anyway, so a source with the
default table costs nothing here.  Any other row copies what the source sends in its attribute to
the attribute that Gatehouse keeps the field in; the source's own attribute is kept as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scim.protocol import urns
from scim.protocol.errors import SCIMError
from scim.protocol.matching import matches_element
from scim.protocol.patch import apply_operations
from scim.protocol.patch_operations import Operation
from scim.protocol.paths import PatchPath, parse_path
from scim.protocol.resources import attribute_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scim.protocol.schemas import ResourceType

USER_FIELDS: Final[dict[str, str]] = {
    "user_name": "userName",
    "given_name": "name.givenName",
    "family_name": "name.familyName",
    "email": 'emails[type eq "work"].value',
    "display_name": "displayName",
    "active": "active",
    "external_id": "externalId",
    "middle_name": "name.middleName",
    "formatted_name": "name.formatted",
    "nick_name": "nickName",
    "title": "title",
    "user_type": "userType",
    "preferred_language": "preferredLanguage",
    "locale": "locale",
    "timezone": "timezone",
    "profile_url": "profileUrl",
    "work_phone": 'phoneNumbers[type eq "work"].value',
    "mobile_phone": 'phoneNumbers[type eq "mobile"].value',
    "employee_number": f"{urns.ENTERPRISE_USER}:employeeNumber",
    "cost_center": f"{urns.ENTERPRISE_USER}:costCenter",
    "organization": f"{urns.ENTERPRISE_USER}:organization",
    "division": f"{urns.ENTERPRISE_USER}:division",
    "department": f"{urns.ENTERPRISE_USER}:department",
    "manager": f"{urns.ENTERPRISE_USER}:manager.value",
}
"""The fields of a user that a mapping row may name, and where the resource keeps each."""

GROUP_FIELDS: Final[dict[str, str]] = {"display_name": "displayName", "external_id": "externalId"}
"""The same for a directory group."""

_NEVER_CLEARED: Final = frozenset({"userName", "active", "displayName"})


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """The rows that are not the default: pairs of (the field's own path, the source's path)."""

    rows: tuple[tuple[str, str], ...] = ()

    def apply(
        self,
        resource: dict[str, Any],
        resource_type: ResourceType,
        before: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the canonical ``resource`` with the mapped fields filled in.

        With the resource as it was ``before``, only what the source changed is copied.

        Raises:
            InvalidValueError: A value does not fit the field it is mapped to.
        """
        operations = list(self._operations(resource, resource_type, before or {}))
        return apply_operations(resource, operations, resource_type) if operations else resource

    def _operations(
        self, resource: Mapping[str, Any], resource_type: ResourceType, before: Mapping[str, Any]
    ) -> Iterable[Operation]:
        for field_path, source_path in self.rows:
            value = value_at(resource, source_path, resource_type)
            if value == value_at(before, source_path, resource_type):
                continue
            if value is not None:
                yield Operation("replace", field_path, value)
            elif field_path not in _NEVER_CLEARED:
                yield Operation("remove", field_path, None)


def compile_mapping(rows: Iterable[tuple[str, str]], fields: Mapping[str, str]) -> FieldMapping:
    """Return the mapping that (field, SCIM attribute) rows describe.

    ``fields`` are :data:`USER_FIELDS` or :data:`GROUP_FIELDS`; rows of other fields say nothing.
    """
    return FieldMapping(
        tuple(
            (fields[field], attribute)
            for field, attribute in rows
            if field in fields and attribute.strip().lower() != fields[field].lower()
        )
    )


def value_at(resource: Mapping[str, Any], path: str, resource_type: ResourceType) -> Any:
    """Return the single value at a path, or ``None``; a row that names nothing reads nothing."""
    try:
        target = parse_path(path, resource_type)
    except SCIMError:
        return None
    if not isinstance(target, PatchPath):
        return None
    value = attribute_value(resource, target.path)
    sub = target.path.sub_attribute
    if isinstance(value, list):
        selected = [
            element
            for element in value
            if target.selection is None or matches_element(target.selection, element)
        ]
        value = selected[0] if selected else None
    if isinstance(value, dict):
        value = value.get(sub.name if sub else "value")
    return value
