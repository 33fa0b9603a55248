"""Attribute mapping tables of sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.trail import audit
from accounts.trail.changes import changes
from scim.adapters.resource_types import tenant_resource_type
from scim.errors import MappingError
from scim.models import DEFAULT_MAPPINGS, AttributeMapping, Resource
from scim.protocol.errors import SCIMError
from scim.protocol.paths import PatchPath, parse_path
from scim.protocol.schemas import AttributePath
from scim.services.holding import hold_source
from scim.sources.field_labels import MAPPED, label_of
from scim.sources.mapping import GROUP_FIELDS, USER_FIELDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scim.models import Source
    from scim.protocol.schemas import ResourceType


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One row: the source's ``scim_attribute`` fills ``field``; a create needs it if required."""

    field: str
    scim_attribute: str
    required: bool = False


def fields_of(resource: str) -> dict[str, str]:
    """Return the fields that rows of a table may name, each with its own SCIM attribute."""
    return USER_FIELDS if resource == Resource.USER else GROUP_FIELDS


def fixed_fields(resource: str) -> tuple[str, ...]:
    """Return the fields whose rows every table has."""
    return tuple(row[0] for row in DEFAULT_MAPPINGS[resource])


DECIDING_FIELDS: Final = frozenset(
    {"user_name", "email", "external_id", "active", "manager", "roles", "entitlements"}
)
"""Fields by which people are found, or that decide over them: their rows are an admin's."""


def refuse_deciding_rows(
    before: Sequence[MappingRow], after: Sequence[MappingRow], *, resource: str
) -> None:
    """Refuse a table in which a row of :data:`DECIDING_FIELDS`, or a group's name, is another.

    Raises:
        MappingError: The message names the fields.
    """
    deciding = deciding_fields(resource)
    stored = {row.field: row for row in before if row.field in deciding}
    wanted = {row.field: _kept_required(resource, row) for row in after if row.field in deciding}
    other = sorted(
        field for field in stored.keys() | wanted if stored.get(field) != wanted.get(field)
    )
    if other:
        raise MappingError(
            _("An admin decides what fills %(fields)s.")
            % {"fields": ", ".join(label_of(field) for field in other)}
        )


def deciding_fields(resource: str) -> frozenset[str]:
    """Return the fields of a table whose rows are an admin's; groups are found by their name."""
    return DECIDING_FIELDS if resource == Resource.USER else DECIDING_FIELDS | {"display_name"}


@transaction.atomic
def set_mapping(*, source: Source, resource: str, rows: Sequence[MappingRow]) -> bool:
    """Let the table of ``resource`` have exactly these rows; return whether it changed.

    Rows that fill ``user_name`` or a group's ``display_name`` stay required whatever is said.

    Raises:
        MappingError: A field is unknown or named twice, a row that every table has is missing,
            or a SCIM attribute leads to no single value that the field can take.
        SourceGoneError: Somebody has deleted the source.
    """
    rows = [_kept_required(resource, row) for row in rows]
    _check(resource, rows)
    hold_source(source)
    stored = AttributeMapping.objects.filter(source=source, resource=resource)
    before = [MappingRow(row.field, row.scim_attribute, row.required) for row in stored]
    if before == rows:
        return False
    stored.delete()
    AttributeMapping.objects.bulk_create(
        AttributeMapping(
            source=source,
            resource=resource,
            position=position,
            field=row.field,
            scim_attribute=row.scim_attribute,
            required=row.required,
        )
        for position, row in enumerate(rows)
    )
    audit.record(
        "source.mapping_changed",
        source,
        resource=str(resource),
        **changes(_told(before), _told(rows)),
    )
    return True


def _told(rows: Sequence[MappingRow]) -> dict[str, str]:
    """Return what fills each field, as people read it in the audit trail."""
    required = _("%(attribute)s (required)")
    return {
        f"{MAPPED}{row.field}": required % {"attribute": row.scim_attribute}
        if row.required
        else row.scim_attribute
        for row in rows
    }


def check_attribute(field: str, text: str, resource_type: ResourceType) -> None:
    """Refuse a SCIM attribute that leads to no single value which ``field`` can take.

    ``field`` is one of :func:`fields_of` the resource type.

    Raises:
        MappingError: The message says what is wrong and how a path looks.
    """
    path = _single_value(text, resource_type)
    _check_sent(text, path)
    filled = _single_value({**USER_FIELDS, **GROUP_FIELDS}[field], resource_type)
    if path.target.type != filled.target.type:
        raise MappingError(
            _("%(path)s is of the type %(given)s, and the field “%(field)s” takes %(wanted)s.")
            % {
                "path": text,
                "given": path.target.type,
                "field": label_of(field),
                "wanted": filled.target.type,
            }
        )


def _single_value(text: str, resource_type: ResourceType) -> AttributePath:
    """Return the path to the value; that of a complex attribute is its ``value``."""
    try:
        target = parse_path(text, resource_type)
    except SCIMError as error:
        raise MappingError(f"{text}: {error.detail}") from error
    if not isinstance(target, PatchPath):
        raise MappingError(
            _("%(path)s is a whole schema. Name one of its attributes.") % {"path": text}
        )
    path = target.path
    if path.target.type != "complex":
        return path
    value = path.target.sub_attribute("value")
    if value is None:
        raise MappingError(
            _("%(path)s has parts. Name one of them, such as %(path)s.%(part)s.")
            % {"path": text, "part": path.target.sub_attributes[0].name}
        )
    return AttributePath(path.extension, path.attribute, value)


def _check_sent(text: str, path: AttributePath) -> None:
    """Refuse what a client cannot send, and what is not kept as it was sent."""
    on_the_way = {path.attribute, path.target}
    if any(attribute.mutability == "readOnly" for attribute in on_the_way):
        raise MappingError(
            _("%(path)s is read-only: no identity provider can send it.") % {"path": text}
        )
    if any(
        attribute.mutability != "readWrite" or attribute.returned == "never"
        for attribute in on_the_way
    ):
        raise MappingError(
            _("%(path)s is not kept with the resource, so no field can be filled from it.")
            % {"path": text}
        )


def _check(resource: str, rows: Sequence[MappingRow]) -> None:
    resource_type = tenant_resource_type(resource)
    known, seen = fields_of(resource), set()
    for row in rows:
        if row.field not in known:
            raise MappingError(_("There is no field “%(field)s”.") % {"field": row.field})
        if row.field in seen:
            raise MappingError(
                _("The field “%(field)s” is in the table twice.") % {"field": label_of(row.field)}
            )
        seen.add(row.field)
        check_attribute(row.field, row.scim_attribute, resource_type)
    missing = [label_of(field) for field in fixed_fields(resource) if field not in seen]
    if missing:
        raise MappingError(
            _("These rows cannot be removed: %(fields)s.") % {"fields": ", ".join(missing)}
        )


def _kept_required(resource: str, row: MappingRow) -> MappingRow:
    always = {field for field, _path, required in DEFAULT_MAPPINGS[resource] if required}
    required = row.required or row.field in always
    return MappingRow(row.field, row.scim_attribute.strip(), required)
