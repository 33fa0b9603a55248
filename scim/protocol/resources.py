"""Resources: lenient in, canonical out (RFC 7643, Section 2; RFC 7644, Sections 3.3 and 3.5.1).

A *canonical* resource is a dict with the attribute names of the schema, extension attributes
under their URN, lists for multi-valued attributes, and never ``null``, ``""`` or ``[]``: an
attribute without a value is absent.  Everything else in this package works on that form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scim.protocol.errors import InvalidSyntaxError, InvalidValueError, MutabilityError
from scim.protocol.values import read_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scim.protocol.schemas import Attribute, AttributePath, ResourceType, Schema

MAX_NAMES: Final = 1_000
"""Keys in one object of a body.  No schema has as many; a body that has is not a resource."""

_NOTHING: Final[Mapping[str, Any]] = {}
_LABELS: Final = {"type", "primary"}
"""Sub-attributes that only describe a value.  An element with nothing else has no value."""


def read_resource(
    body: object, resource_type: ResourceType, *, also_read_only: bool = False
) -> dict[str, Any]:
    """Return the canonical form of a resource that a client sent.

    Read leniently: names in any letter case, with or without the schema's URN, dotted
    (``name.givenName``) or nested; ``"True"`` for ``true``; one element for a list of one; a bare
    value for ``{"value": …}``.  ``null``, ``""`` and ``[]`` mean *no value*.  Unknown attributes
    and read-only ones are ignored.  Of several elements with ``primary: true`` the first stays
    so.  Equal elements are kept once.

    With ``also_read_only`` the read-only attributes are kept: for the server's own resources.

    Raises:
        InvalidSyntaxError: The body is not a JSON object.
        InvalidValueError: A value does not fit its attribute; the detail names it.
    """
    if not isinstance(body, dict):
        raise InvalidSyntaxError("The body must be a JSON object.")
    resource: dict[str, Any] = {}
    for path, value in named_values(body, resource_type):
        if also_read_only or path.target.mutability != "readOnly":
            _store(resource, path, value, also_read_only=also_read_only)
    return resource


def named_values(
    body: Mapping[str, Any], resource_type: ResourceType
) -> Iterator[tuple[AttributePath, Any]]:
    """Yield what each key of ``body`` means and its raw value; unknown keys are left out.

    An extension's object is opened: its attributes are yielded one by one.

    Raises:
        InvalidValueError: There are absurdly many keys, or an extension is not an object.
    """
    if len(body) > MAX_NAMES:
        raise InvalidValueError(f"The object has more than {MAX_NAMES} attributes.")
    for key, value in body.items():
        path = resource_type.resolve(key)
        if path is not None:
            yield path, value
            continue
        schema = resource_type.schema_of(key)
        if schema is not None:
            yield from _schema_values(schema, value, resource_type)


def _schema_values(
    schema: Schema, value: object, resource_type: ResourceType
) -> Iterator[tuple[AttributePath, Any]]:
    if value is None or value == "":
        # Nothing was said about any of the extension's attributes: clear them all.
        value = {attribute.name: None for attribute in schema.attributes}
    if not isinstance(value, dict):
        raise InvalidValueError(f"{schema.id} must be an object.")
    if len(value) > MAX_NAMES:
        raise InvalidValueError(f"{schema.id} has more than {MAX_NAMES} attributes.")
    for key, item in value.items():
        path = resource_type.resolve(f"{schema.id}:{key}") or resource_type.resolve(key)
        if path is not None:
            yield path, item


def _store(
    resource: dict[str, Any], path: AttributePath, value: object, *, also_read_only: bool
) -> None:
    holder = resource
    if path.extension:
        holder = resource.setdefault(path.extension, {})
    attribute = path.attribute
    if path.sub_attribute is None:
        canonical = read_attribute(attribute, value, str(path), also_read_only=also_read_only)
        previous = holder.get(attribute.name)
        if isinstance(previous, dict) and isinstance(canonical, dict):
            canonical = previous | canonical
        if canonical is not None:
            holder[attribute.name] = canonical
    else:
        nested = read_attribute(
            attribute,
            {path.sub_attribute.name: value},
            attribute.name,
            also_read_only=also_read_only,
        )
        if isinstance(nested, dict):
            holder[attribute.name] = holder.get(attribute.name, {}) | nested
        elif nested:
            # Read once more together: an element may be there already, or another be primary.
            holder[attribute.name] = read_attribute(
                attribute,
                [*holder.get(attribute.name, []), *nested],
                attribute.name,
                also_read_only=also_read_only,
            )
    if path.extension and not holder:
        del resource[path.extension]


def read_attribute(
    attribute: Attribute, value: object, name: str, *, also_read_only: bool = False
) -> Any:
    """Return the canonical value of one attribute, or ``None`` when it has no value.

    Raises:
        InvalidValueError: The value does not fit the attribute; ``name`` is its name there.
    """
    if value is None or value in ("", []):
        return None
    if attribute.multi_valued:
        return _read_elements(attribute, value, name, also_read_only=also_read_only)
    if attribute.type == "complex":
        return read_complex(attribute, value, name, also_read_only=also_read_only)
    return read_value(attribute, value, name)


def _read_elements(
    attribute: Attribute, value: object, name: str, *, also_read_only: bool
) -> list[Any] | None:
    items = value if isinstance(value, list) else [value]
    elements: list[Any] = []
    seen: set[Any] = set()
    for item in items:
        if item is None or item == "":
            continue
        if attribute.type != "complex":
            element = identity = read_value(attribute, item, name)
        else:
            element = read_complex(attribute, item, name, also_read_only=also_read_only)
            if element is None or element.keys() <= _LABELS:
                continue
            identity = _identity(element)
        if identity not in seen:
            seen.add(identity)
            elements.append(element)
    if len(elements) > 1 and attribute.type == "complex":
        _keep_first_primary(elements)
    return elements or None


def read_complex(
    attribute: Attribute, value: object, name: str, *, also_read_only: bool = False
) -> dict[str, Any] | None:
    """Return one value of a complex attribute, or ``None`` when nothing is in it.

    A bare value stands for ``{"value": …}``.

    Raises:
        InvalidValueError: It is not an object, or a sub-attribute does not fit.
    """
    if not isinstance(value, dict):
        if isinstance(value, list) or attribute.sub_attribute("value") is None:
            raise InvalidValueError(f"{name} must be an object.")
        value = {"value": value}
    if len(value) > MAX_NAMES:
        raise InvalidValueError(f"{name} has more than {MAX_NAMES} sub-attributes.")
    element: dict[str, Any] = {}
    for key, item in value.items():
        sub = attribute.sub_attribute(key)
        if sub is None or (sub.mutability == "readOnly" and not also_read_only):
            continue
        canonical = read_attribute(sub, item, f"{name}.{sub.name}", also_read_only=also_read_only)
        if canonical is not None:
            element[sub.name] = canonical
    return element or None


def _keep_first_primary(elements: list[dict[str, Any]]) -> None:
    found = False
    for element in elements:
        if element.get("primary") is True:
            if found:
                element["primary"] = False
            found = True


def attribute_value(resource: Mapping[str, Any], path: AttributePath) -> Any:
    """Return the value of the path's attribute (not its sub-attribute), or ``None``."""
    holder = resource.get(path.extension, _NOTHING) if path.extension else resource
    return holder.get(path.attribute.name)


def _identity(element: Mapping[str, Any]) -> frozenset[tuple[str, Any]]:
    return frozenset(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in element.items()
    )


def has_value(element: Mapping[str, Any]) -> bool:
    """Whether an element holds anything but labels such as ``type`` and ``primary``."""
    return not element.keys() <= _LABELS


def missing_attributes(
    resource: Mapping[str, Any], resource_type: ResourceType
) -> list[AttributePath]:
    """Return the required attributes that a canonical resource lacks, in schema order.

    Required sub-attributes count where their parent has a value, in every element of it.
    Read-only attributes are the server's affair and never missing.
    """
    missing: list[AttributePath] = []
    for path in resource_type.required:
        value = attribute_value(resource, path)
        if path.sub_attribute is None:
            lacking = value is None
        elif isinstance(value, list):
            lacking = any(path.sub_attribute.name not in element for element in value)
        else:
            lacking = value is not None and path.sub_attribute.name not in value
        if lacking:
            missing.append(path)
    return missing


def check_required(
    resource: Mapping[str, Any],
    resource_type: ResourceType,
    before: Mapping[str, Any] | None = None,
) -> None:
    """Refuse a canonical resource that lacks a required attribute.

    What it lacked ``before`` already it may lack still.  Value paths that a source demands are
    checked by :func:`scim.protocol.requirements.check_selections`.

    Raises:
        InvalidValueError: At least one is missing; the detail lists them all.
    """
    missing = missing_attributes(resource, resource_type)
    if missing and before is not None:
        lacked = missing_attributes(before, resource_type)
        missing = [path for path in missing if path not in lacked]
    if missing:
        names = ", ".join(str(path) for path in missing)
        raise InvalidValueError(f"Required but missing: {names}. Send a value for each.")


def check_immutable(
    before: Mapping[str, Any], after: Mapping[str, Any], resource_type: ResourceType
) -> None:
    """Refuse a change of an immutable attribute that already has a value (PUT, Section 3.5.1).

    Raises:
        MutabilityError: An immutable attribute of ``before`` is other or absent in ``after``.
    """
    for path in resource_type.attributes():
        if path.attribute.mutability != "immutable":
            continue
        old = attribute_value(before, path)
        if old is not None and old != attribute_value(after, path):
            raise MutabilityError(f"{path} is immutable: it cannot be changed once it has a value.")
