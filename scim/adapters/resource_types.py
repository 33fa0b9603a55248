"""The resource types as one source sees them: with the tenant's schemas and its required rows.

They are compiled once per change: ``revision`` of the source counts the changes, and every
request reads it with its token.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from scim.adapters.named_adapters import group_adapter, user_adapter
from scim.models import DEFAULT_MAPPINGS, AttributeMapping, ExtensionSchema, Resource, Source
from scim.protocol.core_schemas import GROUP, USER
from scim.protocol.schemas import Attribute, ResourceType, Schema, with_extensions, with_required
from scim.sources.mapping import GROUP_FIELDS, USER_FIELDS, FieldMapping, compile_mapping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scim.models import ExtensionAttribute
    from scim.storage.credentials import Credential

_KEPT: Final = 1_000


@dataclass(frozen=True, slots=True)
class SourceSchemas:
    """What a source may send and ask for.

    ``lists_entitlements`` when roles and licences are announced as resource types as well.
    """

    user: ResourceType
    group: ResourceType
    user_mapping: FieldMapping
    group_mapping: FieldMapping
    lists_entitlements: bool = False


_cache: OrderedDict[tuple[object, ...], SourceSchemas] = OrderedDict()
_lock = Lock()


def schemas_of(credential: Credential) -> SourceSchemas:
    """Return the resource types and the mapping of the calling source.

    Only the first request of a process after a change asks the database.
    """
    key = (credential.source_id, credential.revision, user_adapter(), group_adapter())
    found = _cache.get(key)
    if found is None:
        found = _compile(credential.source_id)
        with _lock:
            _cache[key] = found
            while len(_cache) > _KEPT:
                _cache.popitem(last=False)
    return found


def tenant_resource_type(resource: str) -> ResourceType:
    """Return the type of a :class:`~scim.models.Resource` with the active tenant's schemas."""
    schemas = list(ExtensionSchema.objects.prefetch_related("attributes"))
    return _with_schemas(USER if resource == Resource.USER else GROUP, schemas, resource)


def _compile(source_id: int) -> SourceSchemas:
    rows = list(AttributeMapping.objects.filter(source_id=source_id))
    schemas = list(ExtensionSchema.objects.prefetch_related("attributes"))
    source = Source.objects.get(pk=source_id)
    user_rows = [row for row in rows if row.resource == Resource.USER]
    group_rows = [row for row in rows if row.resource == Resource.GROUP]
    user = _with_rows(_with_schemas(USER, schemas, Resource.USER), user_rows)
    return SourceSchemas(
        user=user,
        group=_with_rows(_with_schemas(GROUP, schemas, Resource.GROUP), group_rows),
        user_mapping=compile_mapping(_pairs(user_rows), USER_FIELDS),
        group_mapping=compile_mapping(_pairs(group_rows), GROUP_FIELDS),
        lists_entitlements=source.lists_entitlements,
    )


def _pairs(rows: Iterable[AttributeMapping]) -> list[tuple[str, str]]:
    return [(row.field, row.scim_attribute) for row in rows]


def _with_schemas(
    resource_type: ResourceType, schemas: Iterable[ExtensionSchema], kind: str
) -> ResourceType:
    adapter = user_adapter() if kind == Resource.USER else group_adapter()
    own = [*adapter.extensions, *(_schema(each) for each in schemas if each.resource == kind)]
    return with_extensions(resource_type, own) if own else resource_type


def _with_rows(resource_type: ResourceType, rows: Iterable[AttributeMapping]) -> ResourceType:
    always = {
        (resource, field)
        for resource, defaults in DEFAULT_MAPPINGS.items()
        for field, _path, required in defaults
        if required
    }
    required = [
        row.scim_attribute for row in rows if row.required or (row.resource, row.field) in always
    ]
    known = [path for path in required if _names_an_attribute(path, resource_type)]
    return with_required(resource_type, known) if known else resource_type


def _names_an_attribute(path: str, resource_type: ResourceType) -> bool:
    head, _, rest = path.partition("[")
    return resource_type.resolve(head + rest.rpartition("]")[2]) is not None


def _schema(schema: ExtensionSchema) -> Schema:
    attributes = tuple(_attribute(attribute) for attribute in schema.attributes.all())
    return Schema(schema.urn, schema.name, schema.description, attributes)


def _attribute(attribute: ExtensionAttribute) -> Attribute:
    return Attribute(
        name=attribute.name,
        type=attribute.type,  # type: ignore[arg-type]  # the column's choices are the type's
        multi_valued=attribute.multi_valued,
        description=attribute.description,
        required=attribute.required,
        case_exact=attribute.case_exact or attribute.type in {"reference", "binary"},
        canonical_values=tuple(attribute.canonical_values),
        only_canonical_values=bool(attribute.canonical_values),
        reference_types=("external",) if attribute.type == "reference" else (),
        is_own=True,
    )
