"""PATCH of multi-valued attributes: which elements change, appear and go (Section 3.5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scim.protocol.errors import InvalidValueError, MutabilityError, NoTargetError
from scim.protocol.filter_nodes import And, Comparison, Node
from scim.protocol.matching import matches_element
from scim.protocol.resources import has_value, read_attribute, read_complex

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scim.protocol.patch_operations import OperationName
    from scim.protocol.paths import PatchPath
    from scim.protocol.schemas import Attribute, AttributePath

_NOT_IDENTIFYING: Final = frozenset({"display", "$ref", "primary"})
"""Sub-attributes that say nothing about which element is meant."""


def change_elements(
    name: OperationName, target: PatchPath, current: list[Any], value: object
) -> list[Any]:
    """Return the elements after one operation; ``current`` is left as it is.

    An element that is left with, or begins with, labels only stays for the operations that
    follow: ``emails[type eq "work"].primary`` may come before ``….value``.  The others lose
    ``primary`` to it when it has a value; :func:`with_values` drops it when none came.

    Raises:
        InvalidValueError: The value does not fit the attribute.
        NoTargetError: The selection matches nothing and is no plain equality to create from.
        MutabilityError: An immutable sub-attribute with a value would change, or a required one
            would be removed.
    """
    if target.selection is None and target.path.sub_attribute is None:
        return _change_list(name, target.path, current, value)
    selected = _selected(target.selection, current)
    if not selected:
        return current if name == "remove" else _with_created(target, current, value)
    if target.path.sub_attribute is None:
        return _change_selected(name, target, current, selected, value)
    return _change_sub_attributes(name, target.path, current, selected, value)


def with_values(elements: list[Any]) -> list[Any]:
    """Return the elements of a multi-valued attribute without those that only have labels."""
    return [element for element in elements if not isinstance(element, dict) or has_value(element)]


def _change_list(
    name: OperationName, path: AttributePath, current: list[Any], value: object
) -> list[Any]:
    attribute = path.attribute
    if name == "remove":
        return [] if value is None else _without(path, current, value)
    elements = read_attribute(attribute, value, str(path)) or []
    if name == "replace":
        return list(elements)
    if attribute.type != "complex":
        return [*current, *(element for element in elements if element not in current)]
    return _with_added(attribute, current, elements)


def _with_added(
    attribute: Attribute, current: list[dict[str, Any]], elements: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Add elements; one that is already there, by value and type, is completed instead."""
    result = list(current)
    positions = {_key(attribute, element): index for index, element in enumerate(current)}
    touched: list[int] = []
    for element in elements:
        index = positions.get(_key(attribute, element))
        touched.insert(0, len(result) if index is None else index)  # The last one counts.
        if index is None:
            result.append(element)
        else:
            result[index] = result[index] | element
    return _with_one_primary(result, touched)


def _key(attribute: Attribute, element: dict[str, Any]) -> object:
    """Return what tells elements apart: value and type, or everything without a value."""
    if "value" not in element:
        return frozenset((key, str(item)) for key, item in element.items())
    return tuple(_folded(attribute, key, element.get(key)) for key in ("value", "type"))


def _folded(attribute: Attribute, key: str, value: Any) -> Any:
    sub = attribute.sub_attribute(key)
    if isinstance(value, str) and sub is not None and not sub.case_exact:
        return value.lower()
    return value


def _without(path: AttributePath, current: list[Any], value: object) -> list[Any]:
    """Leave out the elements that the value lists."""
    attribute = path.attribute
    if attribute.type != "complex":
        listed = read_attribute(attribute, value, str(path)) or []
        return [element for element in current if element not in listed]
    items = value if isinstance(value, list) else [value]
    removed = [read_complex(attribute, item, str(path)) for item in items if item]
    wanted = [_identifying(attribute, element) for element in removed if element]
    # Plain ids, the usual case, are looked up; anything else is compared one by one.
    ids = {element["value"] for element in wanted if element.keys() == {"value"}}
    others = [element for element in wanted if element.keys() != {"value"}]
    return [
        element
        for element in current
        if _folded(attribute, "value", element.get("value")) not in ids
        and not any(_has(attribute, element, other) for other in others)
    ]


def _identifying(attribute: Attribute, element: dict[str, Any]) -> dict[str, Any]:
    keys = element.keys() - _NOT_IDENTIFYING or element.keys()
    return {key: _folded(attribute, key, element[key]) for key in keys}


def _has(attribute: Attribute, element: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(_folded(attribute, key, element.get(key)) == item for key, item in wanted.items())


def _selected(selection: Node | None, current: list[Any]) -> list[int]:
    if selection is None:
        return list(range(len(current)))
    return [index for index, element in enumerate(current) if matches_element(selection, element)]


def _change_selected(
    name: OperationName,
    target: PatchPath,
    current: list[Any],
    selected: list[int],
    value: object,
) -> list[Any]:
    """Remove, replace (RFC: the whole value) or complete the selected elements."""
    attribute = target.path.attribute
    new = None if name == "remove" else _read_element(target.path, value)
    if new is None:
        return [element for index, element in enumerate(current) if index not in set(selected)]
    result = list(current)
    if attribute.type != "complex":
        for index in selected:
            result[index] = new
        return result
    kept = (_equalities(target.selection) or {}).keys()
    for index in selected:
        before = result[index]
        stays = before if name == "add" else {key: before[key] for key in kept & before.keys()}
        result[index] = stays | new
        _check_immutable(attribute, before, result[index])
    return _with_one_primary(result, selected)


def _change_sub_attributes(
    name: OperationName,
    path: AttributePath,
    current: list[dict[str, Any]],
    selected: Sequence[int],
    value: object,
) -> list[dict[str, Any]]:
    """Set or clear one sub-attribute of the selected elements."""
    attribute, sub = path.attribute, path.target
    new = None if name == "remove" else read_attribute(sub, _bare(value), str(path))
    if name == "remove" and sub.required:
        raise MutabilityError(f"{path} is required and cannot be removed.")
    result = list(current)
    for index in selected:
        element = dict(result[index])
        if new is None:
            element.pop(sub.name, None)
        else:
            element[sub.name] = new
        _check_immutable(attribute, result[index], element)
        result[index] = element
    return [element for element in _with_one_primary(result, selected) if element]


def _with_created(target: PatchPath, current: list[Any], value: object) -> list[Any]:
    """Create the element that the selection describes, as Entra ID expects."""
    path = target.path
    known = {} if target.selection is None else _equalities(target.selection)
    if known is None:
        raise NoTargetError(f"No element of {path.attribute.name} matches the path's filter.")
    if path.attribute.type != "complex":
        new = _read_element(path, value)
        return current if new is None else [*current, new]
    if path.sub_attribute is None:
        element = _read_element(path, value)
    else:
        new = read_attribute(path.sub_attribute, _bare(value), str(path))
        element = None if new is None else {path.sub_attribute.name: new}
    if element is None:
        return current
    return _with_one_primary([*current, known | element], [len(current)])


def _equalities(selection: Node | None) -> dict[str, Any] | None:
    """Return what a conjunction of plain ``eq`` conditions says, or ``None`` for any other."""
    terms = selection.terms if isinstance(selection, And) else (selection,)
    known: dict[str, Any] = {}
    for term in terms:
        if not isinstance(term, Comparison) or term.operator != "eq":
            return None
        sub = term.path.sub_attribute
        if sub is not None:
            if sub.mutability == "readOnly" or sub.type == "dateTime":
                return None
            known[sub.name] = term.value
    return known


def _read_element(path: AttributePath, value: object) -> Any:
    """Return one element of the attribute, or ``None`` when the value clears it."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None or value in ("", []):
        return None
    if isinstance(value, list):
        raise InvalidValueError(f"{path} with a filter takes one value, not an array.")
    if path.attribute.type == "complex":
        return read_complex(path.attribute, value, str(path))
    elements = read_attribute(path.attribute, value, str(path))
    return elements[0] if elements else None


def _bare(value: object) -> object:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _with_one_primary(
    elements: list[dict[str, Any]], touched: Iterable[int]
) -> list[dict[str, Any]]:
    """Let the first of the touched elements that is primary be the only one that is.

    RFC 7644, Section 3.5.2.  The same operation once more changes nothing.
    """
    chosen = next((index for index in touched if _is_primary(elements[index])), None)
    if chosen is None:
        return elements
    return [
        element | {"primary": False} if index != chosen and _is_primary(element) else element
        for index, element in enumerate(elements)
    ]


def _is_primary(element: dict[str, Any]) -> bool:
    return element.get("primary") is True and has_value(element)


def _check_immutable(attribute: Attribute, before: dict[str, Any], after: dict[str, Any]) -> None:
    for sub in attribute.sub_attributes:
        if sub.mutability == "immutable" and before.get(sub.name) not in (
            None,
            after.get(sub.name),
        ):
            raise MutabilityError(
                f"{attribute.name}.{sub.name} is immutable: remove the element and add another."
            )
