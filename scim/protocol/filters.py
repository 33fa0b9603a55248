"""Filters: text in, tree of resolved attributes out (RFC 7644, Section 3.4.2.2).

The grammar is scim2-models'; it is asked once per shape of filter
(:mod:`scim.protocol.filter_tokens`), and the resolved tree is kept per shape and resource type.
A filter never widens: whatever cannot be mapped is refused.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from scim2_models import InvalidFilterException
from scim2_models import path as grammar

from scim.protocol.errors import InvalidFilterError, InvalidValueError
from scim.protocol.filter_nodes import And, Comparison, Never, Node, Not, Or, Present, ValuePath
from scim.protocol.filter_tokens import Literal, Shape, read_shape
from scim.protocol.preconditions import version_alone
from scim.protocol.schemas import AttributePath
from scim.protocol.values import parse_date_time, read_boolean, read_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scim.protocol.filter_nodes import Literals, Operator
    from scim.protocol.schemas import Attribute, ResourceType

_CACHED_SHAPES: Final = 1_024
_ORDERINGS: Final = frozenset({"gt", "ge", "lt", "le"})
_TEXT_OPERATORS: Final = frozenset({"co", "sw", "ew"})
_TEXTS: Final = frozenset({"string", "reference", "binary"})
_UNORDERED: Final = frozenset({"boolean", "binary"})


def parse_filter(
    text: str, resource_type: ResourceType, others: tuple[ResourceType, ...] = ()
) -> Node:
    """Return the tree of a filter on resources of that type.

    Operators, attribute names, URNs and boolean literals may be in any letter case.
    ``emails eq "x"`` means ``emails.value``; ``emails[type eq "work"].value eq "x"`` means
    ``emails[type eq "work" and value eq "x"]``.  A literal may be an unquoted word, a boolean
    may be quoted, a number stands for its digits where a string is compared.

    An attribute that only ``others`` have, which are searched with the same filter, has no value
    here (RFC 7644, Section 3.4.2.1).

    Raises:
        InvalidFilterError: The filter cannot be parsed or is over a limit, names an attribute
            the resource type does not have or may not be searched by, or compares it with an
            operator or value that does not fit its type.
    """
    shape = read_shape(text)
    if not shape.tokens:
        raise InvalidFilterError('The filter is empty. Send one such as userName eq "bjensen".')
    try:
        template = _template(shape.text, resource_type, others)
    except InvalidFilterException as error:
        raise InvalidFilterError(_where(error, shape, text)) from None
    return _bind(template, shape.literals)


def _where(error: InvalidFilterException, shape: Shape, text: str) -> str:
    cause = error.__cause__
    column = getattr(cause, "column", None)
    if getattr(getattr(cause, "token", None), "type", "") == "$END":
        column = None
    index = shape.token_at(column) if isinstance(column, int) and column > 0 else None
    if index is None:
        return "The filter ends too early: a condition, a value or a bracket is missing."
    position = shape.positions[index]
    return (
        f"The filter cannot be read from character {position + 1} on: "
        f"{text[position : position + 40]!r}."
    )


@lru_cache(maxsize=_CACHED_SHAPES)
def _template(shape: str, resource_type: ResourceType, others: tuple[ResourceType, ...]) -> Node:
    """Return the tree of a shape; the values of its comparisons are literals' indexes."""
    return _resolve(grammar.ScimFilter(shape).ast, resource_type, None, others)


def _resolve(
    node: grammar.FilterNode,
    resource_type: ResourceType,
    parent: AttributePath | None,
    others: tuple[ResourceType, ...] = (),
) -> Node:
    """Resolve names; inside a value path, ``parent`` is the attribute it selects from."""
    if isinstance(node, grammar.LogicalExpr):
        terms = tuple(_resolve(term, resource_type, parent, others) for term in node.terms)
        return And(terms) if node.op == grammar.LogicalOperator.and_ else Or(terms)
    if isinstance(node, grammar.Not):
        return Not(_resolve(node.expr, resource_type, parent, others))
    assert isinstance(node, _LEAVES)  # noqa: S101 - the grammar has no other nodes
    if others and resource_type.resolve(str(node.attr_path)) is None:
        owner = next((each for each in others if each.resolve(str(node.attr_path))), resource_type)
        return _without_a_value(_resolve(node, owner, None))
    if isinstance(node, grammar.ValuePath):
        path = _path(node.attr_path, resource_type, None)
        term = _resolve(node.val_filter, resource_type, path)
        return ValuePath(path, term) if path.attribute.multi_valued else term
    if isinstance(node, grammar.Present):
        return Present(_searchable(_path(node.attr_path, resource_type, parent)))
    return _resolve_comparison(node, resource_type, parent)


def _without_a_value(node: Node) -> Node:
    """Return what the condition says where its attribute never has a value."""
    if isinstance(node, (And, Or)):
        return type(node)(tuple(_without_a_value(term) for term in node.terms))
    if isinstance(node, Not):
        return Not(_without_a_value(node.term))
    if isinstance(node, Comparison) and node.operator == "ne":
        return Never() if node.path.attribute.multi_valued else Not(Never())
    return Never()


def _resolve_comparison(
    node: grammar.Comparison, resource_type: ResourceType, parent: AttributePath | None
) -> Node:
    path = _comparable(_searchable(_path(node.attr_path, resource_type, parent)))
    operator = node.op.value
    if node.value is None:
        if operator not in {"eq", "ne"}:
            raise InvalidFilterError(f"{path}: null can only be compared with eq and ne.")
        return Present(path) if operator == "ne" else Not(Present(path))
    kind = path.target.type
    if (operator in _ORDERINGS and kind in _UNORDERED) or (
        operator in _TEXT_OPERATORS and kind not in _TEXTS
    ):
        raise InvalidFilterError(f"{path} is a {kind}: the operator {operator} has no meaning.")
    return Comparison(path, _OPERATORS[operator], int(node.value))


def _path(
    name: grammar.AttrPath, resource_type: ResourceType, parent: AttributePath | None
) -> AttributePath:
    if parent is None:
        path = resource_type.resolve(str(name))
    else:
        path = _path_in_element(str(name), parent)
    if path is None:
        inside = f" inside {parent}[…]" if parent else ""
        raise InvalidFilterError(
            f"{resource_type.name} has no attribute {str(name)[:80]!r}{inside}. "
            "/Schemas lists those there are; attributes of an extension need its URN."
        )
    return path


def _path_in_element(name: str, parent: AttributePath) -> AttributePath | None:
    if parent.attribute.type != "complex":
        # The value of a simple multi-valued attribute goes by the name ``value``.
        return parent if name.lower() == "value" else None
    sub = parent.attribute.sub_attribute(name)
    return AttributePath(parent.extension, parent.attribute, sub) if sub else None


def _searchable(path: AttributePath) -> AttributePath:
    """Refuse attributes that are never returned: a filter would give their value away."""
    if path.target.returned == "never":
        raise InvalidFilterError(f"{path} cannot be used in a filter.")
    return path


def _comparable(path: AttributePath) -> AttributePath:
    if path.target.type != "complex":
        return path
    value = path.attribute.sub_attribute("value")
    if value is None:
        raise InvalidFilterError(f"{path} is complex: compare one of its sub-attributes.")
    return AttributePath(path.extension, path.attribute, value)


def _bind(node: Node, literals: Sequence[Literal]) -> Node:
    """Return the template with the literals in the place of their indexes."""
    if isinstance(node, Comparison):
        literal = literals[int(str(node.value))]
        return Comparison(node.path, node.operator, _literal_value(node.path, literal))
    if isinstance(node, (And, Or)):
        return type(node)(tuple([_bind(term, literals) for term in node.terms]))
    if isinstance(node, ValuePath):
        return ValuePath(node.path, _bind(node.term, literals))
    if isinstance(node, Not):
        return Not(_bind(node.term, literals))
    return node


def _literal_value(path: AttributePath, literal: Literal) -> Literals:
    target = path.target
    if str(path) == "meta.version":
        # A digest may stand behind it, of what else the answer showed that it was read in.
        return version_alone(literal.text)
    if target.type in _TEXTS:
        if not literal.quoted and read_boolean(literal.text) is not None:
            raise InvalidFilterError(f"{path} is a {target.type}, not a boolean; quote the value.")
        return literal.text
    value = _typed_value(target, literal)
    if value is None:
        raise InvalidFilterError(
            f"{path} is a {target.type}; {literal.text[:40]!r} is none. {_EXPECTED[target.type]}"
        )
    return value


def _typed_value(target: Attribute, literal: Literal) -> Literals | None:
    if target.type == "boolean":
        return read_boolean(literal.text)
    if target.type == "dateTime":
        return parse_date_time(literal.text)
    try:
        number: int | float = read_value(target, literal.text, target.name)
    except InvalidValueError:
        return None
    return number


_LEAVES: Final = (grammar.Comparison, grammar.Present, grammar.ValuePath)
_OPERATORS: Final[dict[str, Operator]] = {
    "eq": "eq",
    "ne": "ne",
    "co": "co",
    "sw": "sw",
    "ew": "ew",
    "gt": "gt",
    "ge": "ge",
    "lt": "lt",
    "le": "le",
}
_EXPECTED: Final = {
    "boolean": "Write true or false.",
    "dateTime": 'Write it as in "2011-05-13T04:42:34Z".',
    "integer": "Write a whole number.",
    "decimal": "Write a number.",
}
