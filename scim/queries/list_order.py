"""The order of a list: by one attribute and then by id, so that it is always total.

Resources without a value come last when ascending and first when descending (RFC 7644, Section
3.4.2.3), which is what PostgreSQL does with ``NULL``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from accounts.models.users import UNICODE_COLLATION
from scim.protocol.errors import InvalidCursorError, InvalidValueError
from scim.queries.filter_query import SQL, ElementCatalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scim.protocol.cursors import Cursor
    from scim.protocol.messages import Sort
    from scim.protocol.schemas import Attribute
    from scim.queries.filter_query import Catalog, Scalar

_CASTS = {
    "boolean": "boolean",
    "integer": "numeric",
    "decimal": "numeric",
    "dateTime": "timestamptz",
}


class Key(NamedTuple):
    """What is unique in a list and gives it its own order: an expression in SQL, and its type."""

    expression: str
    type: str


@dataclass(frozen=True, slots=True)
class Order:
    """``expression`` is ``""`` for the list's own order, which is that of ``key``."""

    key: Key
    expression: str = ""
    cast: str = "text"
    descending: bool = False

    @property
    def place(self) -> str:
        """The columns that say where in the order a row is."""
        key = self.key.expression
        return f"{self.expression}, {key}" if self.expression else key

    @property
    def forward(self) -> str:
        """What ``ORDER BY`` needs."""
        return self._by("DESC" if self.descending else "ASC", "ASC")

    @property
    def backward(self) -> str:
        """The same order from its end."""
        return self._by("ASC" if self.descending else "DESC", "DESC")

    def _by(self, direction: str, of_ids: str) -> str:
        by_key = f"{self.key.expression} {of_ids}"
        return f"{self.expression} {direction}, {by_key}" if self.expression else by_key

    def position(self, place: Sequence[Any]) -> list[str | int | float | bool | None]:
        """Return the place as a cursor can carry it."""
        return [
            value if value is None or isinstance(value, bool) else _plain(value) for value in place
        ]

    def beyond(self, cursor: Cursor) -> SQL:
        """Return the condition of being after the cursor's place, or before it.

        Raises:
            InvalidCursorError: The cursor belongs to another kind of order.
        """
        expected = 2 if self.expression else 1
        if len(cursor.position) != expected:
            raise InvalidCursorError("The cursor was made for another order.")
        than = "<" if cursor.backward else ">"
        if not self.expression:
            return SQL(f"{self.key.expression} {than} %s::{self.key.type}", (cursor.position[0],))
        return self._beyond(cursor.position[0], str(cursor.position[1]), backward=cursor.backward)

    def _beyond(self, value: Any, key: str, *, backward: bool) -> SQL:
        expression, than = self.expression, "<" if backward else ">"
        further_key = f"{self.key.expression} {than} %s::{self.key.type}"
        nulls_follow = self.descending == backward
        if value is None:
            same = SQL(f"({expression} IS NULL AND {further_key})", (key,))
            if nulls_follow:
                return same
            return SQL(f"({same.text} OR {expression} IS NOT NULL)", same.params)
        further = ">" if nulls_follow else "<"
        placeholder = f"%s::{self.cast}"
        text = (
            f"{expression} {further} {placeholder} "
            f"OR ({expression} = {placeholder} AND {further_key})"
        )
        if nulls_follow:
            text += f" OR {expression} IS NULL"
        return SQL(f"({text})", (value, value, key))


def order_of(sort: Sort | None, catalog: Catalog, key: Key) -> Order:
    """Return the order that ``sort`` asks for, or the list's own.

    Raises:
        InvalidValueError: Resources cannot be sorted by the attribute.
    """
    if sort is None:
        return Order(key)
    path, target = sort.path, sort.path.target
    if path.attribute.multi_valued:
        elements, scalar = catalog.elements(path), ElementCatalog().scalar(path)
    else:
        elements, scalar = None, catalog.scalar(path)
    if scalar is None or (path.attribute.multi_valued and elements is None):
        raise InvalidValueError(f"The list cannot be sorted by {path}.")
    expression = _comparable(scalar, target)
    if elements is not None:
        first = f"SELECT {expression} FROM {elements}"
        expression = (
            f"coalesce(({first} WHERE e.v -> 'primary' = 'true' LIMIT 1), ({first} LIMIT 1))"
        )
    return Order(key, expression, _CASTS.get(target.type, "text"), sort.descending)


def _comparable(scalar: Scalar, target: Attribute) -> str:
    if target.type in _CASTS:
        return scalar.expression
    if scalar.names is not None:
        return scalar.names.key
    expression = f"CASE WHEN {scalar.guard} THEN {scalar.expression} END"
    if not target.case_exact:
        expression = f"lower(({expression}) COLLATE {UNICODE_COLLATION})"
    return f'(({expression}) COLLATE "C")'


def _plain(value: Any) -> str | int | float:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, int | float) else str(value)
