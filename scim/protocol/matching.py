"""Whether a resource satisfies a filter, evaluated in memory (RFC 7644, Section 3.4.2.2).

This is the reference for every other evaluation of the same tree; the rules for absent values,
``ne`` and letter case are stated in :mod:`scim.protocol.filter_nodes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scim.protocol.filter_nodes import And, Comparison, Node, Not, Or, Present, ValuePath
from scim.protocol.resources import attribute_value
from scim.protocol.values import parse_date_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scim.protocol.schemas import Attribute, AttributePath


def matches(node: Node, resource: Mapping[str, Any]) -> bool:
    """Whether a canonical resource satisfies the filter."""
    return _matches(node, lambda path: _values(path, attribute_value(resource, path)))


def matches_element(node: Node, element: object) -> bool:
    """Whether one element of a multi-valued attribute satisfies the term of a value path."""
    return _matches(node, lambda path: _values_of_element(path, element))


def _matches(node: Node, values: Callable[[AttributePath], list[Any]]) -> bool:
    if isinstance(node, Comparison):
        target = node.path.target
        return any(_compare(target, node, value) for value in values(node.path))
    if isinstance(node, Present):
        return any(_is_present(value) for value in values(node.path))
    if isinstance(node, And):
        return all(_matches(term, values) for term in node.terms)
    if isinstance(node, Or):
        return any(_matches(term, values) for term in node.terms)
    if isinstance(node, Not):
        return not _matches(node.term, values)
    return isinstance(node, ValuePath) and _any_element_matches(node, values)


def _any_element_matches(node: ValuePath, values: Callable[[AttributePath], list[Any]]) -> bool:
    return any(matches_element(node.term, element) for element in values(node.path))


def _values(path: AttributePath, value: Any) -> list[Any]:
    """Return the values that the path leads to; an absent single value is ``[None]``."""
    elements = value if isinstance(value, list) else [value]
    if path.attribute.multi_valued and value is None:
        return []
    if path.sub_attribute is None:
        return elements
    return [found for element in elements for found in _values_of_element(path, element)]


def _values_of_element(path: AttributePath, element: Any) -> list[Any]:
    if path.sub_attribute is None:
        return [element]
    value = element.get(path.sub_attribute.name) if isinstance(element, dict) else None
    return value if isinstance(value, list) else [value]


def _is_present(value: object) -> bool:
    return value is not None and value not in ("", [], {})


def _compare(target: Attribute, node: Comparison, value: Any) -> bool:
    if value is None:
        return node.operator == "ne"
    expected: Any = node.value
    if target.type == "dateTime":
        value = parse_date_time(value)
        if value is None:
            return node.operator == "ne"
    elif target.names is not None:
        fold = target.names.compared if node.operator in {"eq", "ne"} else target.names.folded
        value, expected = target.names.compared(str(value)), fold(str(expected))
    elif isinstance(expected, str) and not target.case_exact:
        value, expected = str(value).lower(), expected.lower()
    return _COMPARE[node.operator](value, expected)


_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda value, expected: bool(value == expected),
    "ne": lambda value, expected: bool(value != expected),
    "co": lambda value, expected: expected in value,
    "sw": lambda value, expected: bool(value.startswith(expected)),
    "ew": lambda value, expected: bool(value.endswith(expected)),
    "gt": lambda value, expected: bool(value > expected),
    "ge": lambda value, expected: bool(value >= expected),
    "lt": lambda value, expected: bool(value < expected),
    "le": lambda value, expected: bool(value <= expected),
}
