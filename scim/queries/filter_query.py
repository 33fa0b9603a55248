"""Filters as SQL: a tree of resolved attributes in, a condition with parameters out.

The condition selects exactly what :func:`scim.protocol.matching.matches` does, and is never
``NULL``, so ``NOT`` may be put in front of any part of it.  Values are parameters; the only text
taken over is that of attribute names, quoted.  Where the values of each attribute are is told by
a :class:`Catalog`, one for each kind of resource.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from accounts.models.users import UNICODE_COLLATION
from scim.protocol.errors import InvalidFilterError
from scim.protocol.filter_nodes import And, Comparison, Never, Node, Not, Present, ValuePath

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scim.protocol.schemas import Attribute, AttributePath
    from scim.queries.name_columns import NameColumn


@dataclass(frozen=True, slots=True)
class SQL:
    """A piece of SQL with the parameters of its placeholders, in order."""

    text: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Scalar:
    """Where a single value is.

    ``expression`` has the type of the attribute.  ``guard`` is true when it may be compared, and
    ``present`` when the attribute has a value.  ``names`` is the column in which the value, a
    name, is compared.
    """

    expression: str
    guard: str
    present: str
    names: NameColumn | None = None


class Catalog(Protocol):
    """Where the values of a kind of resource are; the row's alias is the catalog's business."""

    def scalar(self, path: AttributePath) -> Scalar | None:
        """Return where a single value is, or ``None`` when it cannot be searched by."""

    def elements(self, path: AttributePath) -> str | None:
        """Return a table expression ``… AS e(v)`` of a multi-valued attribute's elements.

        ``v`` is jsonb.  ``None`` means that the attribute cannot be searched by.
        """

    def presence(self, path: AttributePath) -> str | None:
        """Return when a single-valued complex attribute has any value."""

    def shortcut(self, path: AttributePath, value: str) -> SQL | None:
        """Return what an index can say of ``path eq value``, or ``None``.

        It must hold exactly for the rows where ``path``, of some element of a multi-valued
        attribute, equals ``value``.
        """


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled filter; ``is_selective`` when an index leads to the few rows it may hold for."""

    sql: SQL
    is_selective: bool


def compile_filter(node: Node, catalog: Catalog) -> Condition:
    """Return the condition of a filter.

    Raises:
        InvalidFilterError: An attribute of it cannot be searched by.
    """
    return Condition(_compile(node, catalog), _is_selective(node, catalog))


def quoted(text: str) -> str:
    """Return a text literal for a statement with placeholders."""
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def json_scalar(json: str, target: Attribute) -> Scalar:
    """Return the scalar that the jsonb expression ``json`` holds; wrong types count as absent."""
    present = f"({json}) IS NOT NULL"
    if target.type == "boolean":
        expression = f"CASE WHEN jsonb_typeof({json}) = 'boolean' THEN ({json})::boolean END"
    elif target.type in {"integer", "decimal"}:
        expression = f"CASE WHEN jsonb_typeof({json}) = 'number' THEN ({json})::numeric END"
    elif target.type == "dateTime":
        expression = f"scim_moment(({json}) #>> '{{}}')"
    else:
        expression = f"(({json}) #>> '{{}}')"
    return Scalar(expression, f"({expression}) IS NOT NULL", present)


def json_elements(json: str) -> str:
    """Return the table expression ``… AS e(v)`` of what the jsonb expression ``json`` holds."""
    return f"{json_values(json)} AS e(v)"


def json_values(json: str) -> str:
    """Return the values in the jsonb expression ``json``, as a set without a name.

    A value that is no list counts as a list of one.
    """
    return (
        f"jsonb_array_elements(CASE WHEN jsonb_typeof({json}) = 'array' THEN {json} "
        f"WHEN ({json}) IS NOT NULL THEN jsonb_build_array({json}) END)"
    )


class ElementCatalog:
    """The sub-attributes of one element ``e.v`` of a multi-valued attribute."""

    def scalar(self, path: AttributePath) -> Scalar | None:
        """See :class:`Catalog`."""
        if path.sub_attribute is None:
            return json_scalar("e.v", path.attribute)
        return json_scalar(f"e.v -> {quoted(path.sub_attribute.name)}", path.sub_attribute)

    def elements(self, path: AttributePath) -> str | None:
        """Elements hold no multi-valued attributes."""
        return None

    def presence(self, path: AttributePath) -> str | None:
        """An element that is there has a value."""
        return "TRUE"

    def shortcut(self, path: AttributePath, value: str) -> SQL | None:
        """No index knows single elements."""
        return None


_ELEMENT: Final = ElementCatalog()


def _compile(node: Node, catalog: Catalog) -> SQL:
    if isinstance(node, Comparison):
        return _comparison(node, catalog)
    if isinstance(node, Present):
        return _present(node.path, catalog)
    if isinstance(node, ValuePath):
        return _value_path(node, catalog)
    if isinstance(node, Not):
        inner = _compile(node.term, catalog)
        return SQL(f"(NOT {inner.text})", inner.params)
    if isinstance(node, Never):
        return SQL("FALSE")
    joiner = " AND " if isinstance(node, And) else " OR "
    return _joined([_compile(term, catalog) for term in node.terms], joiner)


def _joined(parts: Sequence[SQL], joiner: str) -> SQL:
    text = joiner.join([part.text for part in parts])
    return SQL(f"({text})", tuple([param for part in parts for param in part.params]))


def _comparison(node: Comparison, catalog: Catalog) -> SQL:
    path = node.path
    shortcut = catalog.shortcut(path, str(node.value)) if node.operator == "eq" else None
    if shortcut is not None:
        return shortcut
    if not path.attribute.multi_valued or catalog is _ELEMENT:
        return _compare(_known(catalog.scalar(path), path), path.target, node)
    return _some_element(path, catalog, _comparison(node, _ELEMENT))


def _value_path(node: ValuePath, catalog: Catalog) -> SQL:
    condition = _some_element(node.path, catalog, _compile(node.term, _ELEMENT))
    shortcuts = list(_shortcuts(node, catalog))
    return _joined([*shortcuts, condition], " AND ") if shortcuts else condition


def _shortcuts(node: ValuePath, catalog: Catalog) -> list[SQL]:
    """Return what an index can say of the equalities that every wanted element satisfies."""
    terms = node.term.terms if isinstance(node.term, And) else (node.term,)
    found = [
        catalog.shortcut(term.path, str(term.value))
        for term in terms
        if isinstance(term, Comparison) and term.operator == "eq"
    ]
    return [shortcut for shortcut in found if shortcut is not None]


def _some_element(path: AttributePath, catalog: Catalog, condition: SQL) -> SQL:
    elements = _known(catalog.elements(path), path)
    return SQL(f"EXISTS (SELECT 1 FROM {elements} WHERE {condition.text})", condition.params)


def _present(path: AttributePath, catalog: Catalog) -> SQL:
    if path.attribute.multi_valued and catalog is not _ELEMENT:
        if path.sub_attribute is None:
            return SQL(f"EXISTS (SELECT 1 FROM {_known(catalog.elements(path), path)})")
        return _some_element(path, catalog, _present(path, _ELEMENT))
    if path.target.type == "complex":
        return SQL(f"({_known(catalog.presence(path), path)})")
    return SQL(f"({_known(catalog.scalar(path), path).present})")


def _known(found: Any, path: AttributePath) -> Any:
    if found is None:
        raise InvalidFilterError(f"{path} cannot be used in a filter.")
    return found


def _compare(scalar: Scalar, target: Attribute, node: Comparison) -> SQL:
    if node.operator == "ne":
        equal = _compare(scalar, target, Comparison(node.path, "eq", node.value))
        return SQL(f"(NOT {equal.text})", equal.params)
    if target.type in _CASTS:
        condition = f"{scalar.expression} {_SYMBOLS[node.operator]} %s::{_CASTS[target.type]}"
        return SQL(f"({scalar.guard} AND {condition})", (node.value,))
    if scalar.names is not None and node.operator == "eq":
        return SQL(*scalar.names.equal(str(node.value)))
    left, right = _sides(scalar, target)
    value = scalar.names.rule.folded(str(node.value)) if scalar.names else node.value
    return SQL(
        f"({scalar.guard} AND {_TEXT_CONDITIONS[node.operator](left, right)})",
        (value,) * (2 if node.operator == "ew" else 1),
    )


def _sides(scalar: Scalar, target: Attribute) -> tuple[str, str]:
    """Return both sides of a comparison of texts, in lower case unless case is exact."""
    if target.case_exact:
        return scalar.expression, "%s::text"
    if scalar.names is not None:
        return scalar.names.text, "%s::text"
    folded = f"lower(%s::text COLLATE {UNICODE_COLLATION})"
    return f"lower({scalar.expression} COLLATE {UNICODE_COLLATION})", folded


def _ordering(symbol: str) -> Callable[[str, str], str]:
    # Of code points, whatever the server's locale says of the alphabet.
    return lambda left, right: f'{left} COLLATE "C" {symbol} {right} COLLATE "C"'


def _is_selective(node: Node, catalog: Catalog) -> bool:
    if isinstance(node, And):
        return any(_is_selective(term, catalog) for term in node.terms)
    if isinstance(node, ValuePath):
        return bool(_shortcuts(node, catalog))
    return (
        isinstance(node, Comparison)
        and node.operator == "eq"
        and catalog.shortcut(node.path, str(node.value)) is not None
    )


_SYMBOLS: Final = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_CASTS: Final = {
    "boolean": "boolean",
    "integer": "numeric",
    "decimal": "numeric",
    "dateTime": "timestamptz",
}
_TEXT_CONDITIONS: Final[dict[str, Callable[[str, str], str]]] = {
    "eq": lambda left, right: f"{left} = {right}",
    "co": lambda left, right: f"strpos({left}, {right}) > 0",
    "sw": lambda left, right: f"starts_with({left}, {right})",
    "ew": lambda left, right: f"right({left}, length({right})) = {right}",
    "gt": _ordering(">"),
    "ge": _ordering(">="),
    "lt": _ordering("<"),
    "le": _ordering("<="),
}
