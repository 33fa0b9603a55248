"""What a schema is: attributes with their characteristics (RFC 7643, Section 2 and 7).

The definitions themselves are data in :mod:`scim.protocol.core_schemas`; a tenant's extension
schemas are built at run time from the same classes.  Objects compare and hash by identity, so a
compiled filter or projection can be cached per resource type: build a tenant's resource type
once per change of its schemas and keep it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from typing_extensions import override

from scim.protocol import urns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from naming.rules import NameRule

AttributeType = Literal[
    "string", "boolean", "decimal", "integer", "dateTime", "reference", "binary", "complex"
]
Mutability = Literal["readOnly", "readWrite", "immutable", "writeOnly"]
Returned = Literal["always", "never", "default", "request"]
Uniqueness = Literal["none", "server", "global"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Attribute:
    """An attribute or sub-attribute and its characteristics (RFC 7643, Section 7).

    ``canonical_values`` are suggestions unless ``only_canonical_values`` is set, as it is for
    attributes whose values a tenant has listed itself.  ``names`` is how the values of an
    attribute that names something are compared.  ``is_own`` when the attribute is a tenant's own,
    so that its characteristics may change while values of it are stored.
    """

    name: str
    type: AttributeType = "string"
    multi_valued: bool = False
    description: str = ""
    required: bool = False
    case_exact: bool = False
    mutability: Mutability = "readWrite"
    returned: Returned = "default"
    uniqueness: Uniqueness = "none"
    canonical_values: tuple[str, ...] = ()
    only_canonical_values: bool = False
    reference_types: tuple[str, ...] = ()
    sub_attributes: tuple[Attribute, ...] = ()
    names: NameRule | None = None
    is_own: bool = False
    by_name: Mapping[str, Attribute] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", _by_name(self.sub_attributes))

    def sub_attribute(self, name: str) -> Attribute | None:
        """Return the sub-attribute of that name in any letter case, or ``None``."""
        return self.by_name.get(name) or self.by_name.get(name.lower())

    def to_document(self) -> dict[str, object]:
        """Return the attribute as ``/Schemas`` lists it: every characteristic, no nulls."""
        document: dict[str, object] = {
            "name": self.name,
            "type": self.type,
            "multiValued": self.multi_valued,
            "description": self.description,
            "required": self.required,
            "caseExact": self.case_exact,
            "mutability": self.mutability,
            "returned": self.returned,
            "uniqueness": self.uniqueness,
        }
        if self.canonical_values:
            document["canonicalValues"] = list(self.canonical_values)
        if self.type == "reference":
            document["referenceTypes"] = list(self.reference_types)
        if self.type == "complex":
            document["subAttributes"] = [sub.to_document() for sub in self.sub_attributes]
        return document


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A named set of attributes; ``id`` is its URN (RFC 7643, Section 7)."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]
    by_name: Mapping[str, Attribute] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", _by_name(self.attributes))

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute of that name in any letter case, or ``None``."""
        return self.by_name.get(name) or self.by_name.get(name.lower())

    def to_document(
        self, *, base_url: str, demanded: Iterable[Attribute] = ()
    ) -> dict[str, object]:
        """Return the schema as ``/Schemas`` lists it; ``base_url`` ends without a slash.

        Besides its own, the attributes that are ``demanded`` of a client are listed.
        """
        return {
            "schemas": [urns.SCHEMA],
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "attributes": [attribute.to_document() for attribute in (*self.attributes, *demanded)],
            "meta": {
                "resourceType": "Schema",
                "location": f"{base_url}/Schemas/{self.id}",
            },
        }


@dataclass(frozen=True, slots=True)
class AttributePath:
    """Where a value lies in a resource, with the definitions met on the way.

    ``extension`` is the URN of the extension the attribute belongs to, or ``""`` for the core
    schema and the common attributes.  ``sub_attribute`` is set when the path goes one deeper.
    """

    extension: str
    attribute: Attribute
    sub_attribute: Attribute | None = None

    @property
    def target(self) -> Attribute:
        """The definition of the value itself."""
        return self.sub_attribute or self.attribute

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys from the resource down: ``("name", "givenName")``, ``(URN, "division")``."""
        names: tuple[str, ...] = (self.attribute.name,)
        if self.sub_attribute is not None:
            names += (self.sub_attribute.name,)
        return (self.extension, *names) if self.extension else names

    @override
    def __str__(self) -> str:
        name = self.attribute.name
        if self.sub_attribute is not None:
            name = f"{name}.{self.sub_attribute.name}"
        return f"{self.extension}:{name}" if self.extension else name


@dataclass(frozen=True, slots=True, eq=False)
class ResourceType:
    """A kind of resource: its core schema, the common attributes and its extensions.

    ``required_selections`` are value paths, such as ``emails[type eq "work"].value``, that a
    source demands beyond what the schema can say.  ``required`` lists the required attributes
    and sub-attributes that a client can set, ``own_attributes`` those that the tenant has defined
    itself, by the URN of their schema and by name.
    """

    name: str
    endpoint: str
    description: str
    schema: Schema
    extensions: tuple[Schema, ...] = ()
    common: tuple[Attribute, ...] = ()
    required_selections: tuple[str, ...] = ()
    required: tuple[AttributePath, ...] = field(init=False, repr=False)
    own_attributes: Mapping[str, Mapping[str, Attribute]] = field(init=False, repr=False)
    _paths: Mapping[str, AttributePath] = field(init=False, repr=False)
    _schemas: Mapping[str, Schema] = field(init=False, repr=False)
    _declared: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_schemas", dict(self._spelled_schemas()))
        object.__setattr__(
            self,
            "_declared",
            frozenset(path.extension or path.attribute.name for path in self.attributes()),
        )
        object.__setattr__(self, "_paths", self._all_paths())
        object.__setattr__(self, "required", tuple(self._required()))
        object.__setattr__(self, "own_attributes", dict(self._own_attributes()))

    def resolve(self, name: str) -> AttributePath | None:
        """Return what ``name`` means here, or ``None`` when it names nothing.

        Any letter case, with or without the core schema's URN; attributes of an extension need
        its URN (RFC 7644, Section 3.10).  ``name`` may end in one sub-attribute.
        """
        return self._paths.get(name) or self._paths.get(name.lower())

    def schema_of(self, urn: str) -> Schema | None:
        """Return the core schema or extension with that URN in any known spelling."""
        return self._schemas.get(urn) or self._schemas.get(urn.lower())

    def declares(self, key: str) -> bool:
        """Whether ``key`` of a canonical resource is an attribute or an extension of this type."""
        return key in self._declared

    @property
    def demanded(self) -> tuple[Attribute, ...]:
        """The common attributes that a client must send; no schema of the RFC lists them."""
        return tuple(
            each for each in self.common if each.required and each.mutability != "readOnly"
        )

    def is_extension(self, schema: Schema) -> bool:
        """Whether ``schema`` is kept under its own URN rather than at the top of a resource."""
        return schema is not self.schema

    def attributes(self) -> Iterator[AttributePath]:
        """Yield every attribute: common, core, then each extension's."""
        for attribute in (*self.common, *self.schema.attributes):
            yield AttributePath("", attribute)
        for extension in self.extensions:
            for attribute in extension.attributes:
                yield AttributePath(extension.id, attribute)

    def to_document(self, *, base_url: str) -> dict[str, object]:
        """Return the document that ``/ResourceTypes`` lists; ``base_url`` has no last slash."""
        document: dict[str, object] = {
            "schemas": [urns.RESOURCE_TYPE],
            "id": self.name,
            "name": self.name,
            "description": self.description,
            "endpoint": self.endpoint,
            "schema": self.schema.id,
            "meta": {
                "resourceType": "ResourceType",
                "location": f"{base_url}/ResourceTypes/{self.name}",
            },
        }
        if self.extensions:
            document["schemaExtensions"] = [
                {
                    "schema": extension.id,
                    "required": any(attribute.required for attribute in extension.attributes),
                }
                for extension in self.extensions
            ]
        return document

    def _own_attributes(self) -> Iterator[tuple[str, Mapping[str, Attribute]]]:
        for extension in self.extensions:
            own = {each.name: each for each in extension.attributes if each.is_own}
            if own:
                yield extension.id, own

    def _required(self) -> Iterator[AttributePath]:
        for path in self.attributes():
            if path.attribute.mutability == "readOnly":
                continue
            if path.attribute.required:
                yield path
            for sub in path.attribute.sub_attributes:
                if sub.required and sub.mutability != "readOnly":
                    yield AttributePath(path.extension, path.attribute, sub)

    def _spelled_schemas(self) -> Iterator[tuple[str, Schema]]:
        for schema in (self.schema, *self.extensions):
            yield schema.id, schema
            for spelling in (schema.id, *urns.ALIASES.get(schema.id, ())):
                yield spelling.lower(), schema

    def _all_paths(self) -> dict[str, AttributePath]:
        paths: dict[str, AttributePath] = {}
        for path in self.attributes():
            owner = self.schema if not path.extension else self._schemas[path.extension]
            prefixes = [
                f"{spelling}:" for spelling, schema in self._schemas.items() if schema is owner
            ]
            for prefix in prefixes if path.extension else ["", *prefixes]:
                paths.update(_spelled_paths(prefix, path))
        return paths


def with_extensions(resource_type: ResourceType, extensions: Iterable[Schema]) -> ResourceType:
    """Return the resource type with further extension schemas, such as a tenant's own."""
    return replace(resource_type, extensions=(*resource_type.extensions, *extensions))


def with_required(resource_type: ResourceType, paths: Iterable[str]) -> ResourceType:
    """Return the resource type with these attributes required, as a source may demand.

    A sub-attribute makes its parent required too, for a missing parent lacks it.  A value path
    (``emails[type eq "work"].value``) requires such an element; ``/Schemas`` can only say that
    the attribute and the sub-attribute are required.

    Raises:
        ValueError: A path names no attribute of the resource type.
    """
    required: set[tuple[str, ...]] = set()
    selections = list(resource_type.required_selections)
    for text in paths:
        head, bracket, rest = text.partition("[")
        path = resource_type.resolve(head + rest.rpartition("]")[2])
        if path is None:
            raise ValueError(f"{text!r} names no attribute of {resource_type.name}.")
        if bracket and text not in selections:
            selections.append(text)
        required.add((path.extension, path.attribute.name))
        if path.sub_attribute is not None:
            required.add((path.extension, path.attribute.name, path.sub_attribute.name))
    return replace(
        resource_type,
        schema=_with_required(resource_type.schema, "", required),
        extensions=tuple(
            _with_required(extension, extension.id, required)
            for extension in resource_type.extensions
        ),
        common=tuple(
            replace(each, required=each.required or ("", each.name) in required)
            for each in resource_type.common
        ),
        required_selections=tuple(selections),
    )


def _with_required(schema: Schema, prefix: str, required: set[tuple[str, ...]]) -> Schema:
    def mark(attribute: Attribute, *keys: str) -> Attribute:
        return replace(
            attribute,
            required=attribute.required or keys in required,
            sub_attributes=tuple(mark(sub, *keys, sub.name) for sub in attribute.sub_attributes),
        )

    if not any(keys[0] == prefix for keys in required):
        return schema
    attributes = tuple(mark(attribute, prefix, attribute.name) for attribute in schema.attributes)
    return replace(schema, attributes=attributes)


def _by_name(attributes: Iterable[Attribute]) -> dict[str, Attribute]:
    """Index by the exact and by the lower-case name: the first is what most clients send."""
    index: dict[str, Attribute] = {}
    for attribute in attributes:
        index[attribute.name] = attribute
        index[attribute.name.lower()] = attribute
    return index


def _spelled_paths(prefix: str, path: AttributePath) -> Iterator[tuple[str, AttributePath]]:
    for spelling in {path.attribute.name, path.attribute.name.lower()}:
        yield prefix + spelling, path
    for sub in path.attribute.sub_attributes:
        deeper = AttributePath(path.extension, path.attribute, sub)
        name = f"{path.attribute.name}.{sub.name}"
        yield prefix + name, deeper
        yield prefix + name.lower(), deeper
