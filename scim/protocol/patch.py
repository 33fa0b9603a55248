"""PATCH applied to a canonical resource in memory (RFC 7644, Section 3.5.2).

Pure and atomic: the result is a new resource, or an error and nothing has changed.  What is
lenient, for the identity providers that need it:

* a value without a path may have nested, dotted and URN-qualified names; unknown and read-only
  ones among them are ignored, whereas an explicit path to one is an error;
* what belongs to a schema that is not ours is ignored in both forms;
* ``null`` and ``""`` clear;
* add or replace at ``attr[a eq "b"].c`` creates the element ``{a: b, c: value}`` when none
  matches; any other selection without a match is ``noTarget``; an element that still has nothing
  but ``type`` and ``primary`` after the last operation is dropped;
* remove with a value removes those elements; removing what is not there succeeds;
* an element that is made primary takes that from the one that was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scim.protocol.errors import (
    InvalidFilterError,
    InvalidPathError,
    InvalidValueError,
    MutabilityError,
    NoTargetError,
)
from scim.protocol.foreign_names import is_foreign
from scim.protocol.patch_elements import change_elements, with_values
from scim.protocol.patch_operations import Operation, decode_object, read_patch
from scim.protocol.paths import PatchPath, SchemaPath, parse_path
from scim.protocol.resources import missing_attributes, named_values, read_attribute
from scim.protocol.work import Work, check_elements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scim.protocol.patch_operations import OperationName
    from scim.protocol.schemas import Attribute, AttributePath, ResourceType


def apply_patch(
    resource: Mapping[str, Any],
    body: object,
    resource_type: ResourceType,
    work: Work | None = None,
) -> dict[str, Any]:
    """Return the canonical resource after the PatchOp message ``body``.

    ``work`` is what is left of what the request may ask for.  ``resource`` is left as it is;
    branches that no operation touches are shared with the result,
    so treat both as immutable.

    Raises:
        InvalidSyntaxError: The body is not a PatchOp.
        InvalidPathError: A path is malformed or names nothing.
        InvalidFilterError: A path's filter cannot be used.
        InvalidValueError: A value does not fit, or a required attribute was cleared.
        NoTargetError: A remove has no path, or a selection that cannot be created has no match.
        MutabilityError: A path leads to a read-only attribute, or an immutable attribute with a
            value would change, or a required attribute would be removed.
        PayloadTooLargeError: There are too many operations.
        TooManyError: They look at too much.
    """
    return apply_operations(resource, read_patch(body), resource_type, work)


def apply_operations(
    resource: Mapping[str, Any],
    operations: Iterable[Operation],
    resource_type: ResourceType,
    work: Work | None = None,
) -> dict[str, Any]:
    """Return the canonical resource after these operations; see :func:`apply_patch`."""
    patched, work = dict(resource), work or Work()
    for operation in operations:
        _apply(patched, operation, resource_type, work)
    check_elements(patched, resource)
    _drop_empty_elements(resource, patched)
    _check_nothing_required_was_lost(resource, patched, resource_type)
    return patched


def _drop_empty_elements(resource: Mapping[str, Any], patched: dict[str, Any]) -> None:
    """Drop elements for which no operation has brought more than labels such as ``type``."""
    for name, value in [*patched.items()]:
        if isinstance(value, list) and value is not resource.get(name):
            kept = with_values(value)
            if kept:
                patched[name] = kept
            else:
                del patched[name]


def _apply(
    patched: dict[str, Any], operation: Operation, resource_type: ResourceType, work: Work
) -> None:
    if operation.path is None:
        _apply_object(patched, operation, operation.value, resource_type, work)
        return
    if is_foreign(operation.path, resource_type):
        return
    if "[" in operation.path:
        work.reads(operation.path)
    target = parse_path(operation.path, resource_type)
    if isinstance(target, PatchPath):
        _check_writable(target.path)
        _apply_at(patched, operation.name, target, operation.value, work)
    elif not resource_type.is_extension(target.schema):
        _apply_object(patched, operation, operation.value, resource_type, work)
    elif operation.name == "remove":
        _remove_extension(patched, target, resource_type)
    else:
        value = {target.schema.id: decode_object(operation.value)}
        _apply_object(patched, operation, value, resource_type, work)


def _apply_object(
    patched: dict[str, Any],
    operation: Operation,
    value: object,
    resource_type: ResourceType,
    work: Work,
) -> None:
    """Apply an operation whose value names the attributes."""
    if operation.name == "remove":
        raise NoTargetError("A remove needs a path that says what to remove.")
    value = decode_object(value)
    if not isinstance(value, dict):
        raise InvalidValueError(
            f"{operation.name} without a path needs an object of attributes as its value."
        )
    for target, item in _targets(value, resource_type, work):
        if not _is_read_only(target.path):
            _apply_at(patched, operation.name, target, item, work)


def _targets(
    value: Mapping[str, Any], resource_type: ResourceType, work: Work
) -> Iterator[tuple[PatchPath, Any]]:
    for key, item in value.items():
        if "[" in key:
            work.reads(key)
            try:
                target = parse_path(key, resource_type)
            except (InvalidPathError, InvalidFilterError):
                continue
            if isinstance(target, PatchPath):
                yield target, item
        else:
            for path, named in named_values({key: item}, resource_type):
                yield PatchPath(path), named


def _apply_at(
    patched: dict[str, Any], name: OperationName, target: PatchPath, value: object, work: Work
) -> None:
    path, attribute = target.path, target.path.attribute
    holder = dict(patched.get(path.extension, {})) if path.extension else patched
    current = holder.get(attribute.name)
    if attribute.multi_valued:
        work.looks_at(len(current or ()), target.selection)
    changed = _changed(name, target, current, value)
    if changed in (None, [], {}):
        holder.pop(attribute.name, None)
        if name == "remove" and attribute.required and current is not None:
            raise MutabilityError(f"{path} is required and cannot be removed.")
    else:
        holder[attribute.name] = changed
    if attribute.mutability == "immutable" and current not in (None, holder.get(attribute.name)):
        raise MutabilityError(f"{path} is immutable: it cannot be changed once it has a value.")
    if path.extension:
        _store_extension(patched, path.extension, holder)


def _changed(name: OperationName, target: PatchPath, current: Any, value: object) -> Any:
    attribute, sub = target.path.attribute, target.path.sub_attribute
    if attribute.multi_valued:
        return change_elements(name, target, current or [], decode_object(value))
    if sub is not None:
        return _changed_sub_attribute(name, target.path, sub, current or {}, value)
    if name == "remove":
        return None
    if attribute.type == "complex":
        return _merged(target.path, current or {}, _unwrapped(decode_object(value)))
    return read_attribute(attribute, _bare(_unwrapped(value)), str(target.path))


def _changed_sub_attribute(
    name: OperationName,
    path: AttributePath,
    sub: Attribute,
    current: dict[str, Any],
    value: object,
) -> dict[str, Any] | None:
    if name == "remove":
        if sub.required and sub.name in current:
            raise MutabilityError(f"{path} is required and cannot be removed.")
        value = None
    return _merged(path, current, {sub.name: _bare(_unwrapped(value))})


def _merged(path: AttributePath, current: dict[str, Any], value: object) -> dict[str, Any] | None:
    """Return a single complex value with the named sub-attributes set or cleared."""
    attribute = path.attribute
    if value is None or value in ("", []):
        return None
    if not isinstance(value, dict):
        if isinstance(value, list) or attribute.sub_attribute("value") is None:
            raise InvalidValueError(f"{attribute.name} must be an object.")
        value = {"value": value}
    merged = dict(current)
    for key, item in value.items():
        sub = attribute.sub_attribute(key)
        if sub is None or sub.mutability == "readOnly":
            continue
        canonical = read_attribute(sub, item, f"{attribute.name}.{sub.name}")
        if canonical is None:
            merged.pop(sub.name, None)
        else:
            merged[sub.name] = canonical
    if merged.get("value") != current.get("value") and merged.get("$ref") == current.get("$ref"):
        # The reference and the name belong to the former value.
        merged.pop("$ref", None)
        merged.pop("displayName", None)
    return merged


def _unwrapped(value: object) -> object:
    """Open ``[{"$ref": null, "value": x}]``, Entra ID's former way to send a single value."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return value[0]
    return value


def _bare(value: object) -> object:
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _remove_extension(
    patched: dict[str, Any], target: SchemaPath, resource_type: ResourceType
) -> None:
    removed = patched.pop(target.schema.id, {})
    required = [
        path
        for path in resource_type.required
        if path.extension == target.schema.id and path.attribute.name in removed
    ]
    if required:
        raise MutabilityError(f"{required[0]} is required and cannot be removed.")


def _store_extension(patched: dict[str, Any], urn: str, holder: dict[str, Any]) -> None:
    if holder:
        patched[urn] = holder
    else:
        patched.pop(urn, None)


def _is_read_only(path: AttributePath) -> bool:
    return "readOnly" in {path.attribute.mutability, path.target.mutability}


def _check_writable(path: AttributePath) -> None:
    if _is_read_only(path):
        raise MutabilityError(f"{path} is read-only: the service provider sets it.")


def _check_nothing_required_was_lost(
    before: Mapping[str, Any], after: Mapping[str, Any], resource_type: ResourceType
) -> None:
    missing = missing_attributes(after, resource_type)
    if missing:
        lost = [path for path in missing if path not in missing_attributes(before, resource_type)]
        if lost:
            names = ", ".join(str(path) for path in lost)
            raise InvalidValueError(f"Required, and would be left without a value: {names}.")
