"""The order of a list of users: by one attribute and then by id, so that it is always total.

Users without a value come last when ascending and first when descending (RFC 7644, Section
3.4.2.3), which is what PostgreSQL does with ``NULL``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from accounts.models.users import UNICODE_COLLATION
from scim.filter_query import SQL, ElementCatalog
from scim.protocol.errors import InvalidCursorError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scim.filter_query import Catalog, Scalar
    from scim.protocol.cursors import Cursor
    from scim.protocol.messages import Sort
    from scim.protocol.schemas import Attribute

_CASTS = {
    "boolean": "boolean",
    "integer": "numeric",
    "decimal": "numeric",
    "dateTime": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class Order:
    """``expression`` is ``""`` for the order of creation, which is that of the ids."""

    expression: str = ""
    cast: str = "text"
    descending: bool = False

    @property
    def place(self) -> str:
        """The columns that say where in the order a row is."""
        return f"{self.expression}, u.id" if self.expression else "u.id"

    @property
    def forward(self) -> str:
        """What ``ORDER BY`` needs."""
        return self._by("DESC" if self.descending else "ASC", "ASC")

    @property
    def backward(self) -> str:
        """The same order from its end."""
        return self._by("ASC" if self.descending else "DESC", "DESC")

    def _by(self, direction: str, of_ids: str) -> str:
        return (
            f"{self.expression} {direction}, u.id {of_ids}"
            if self.expression
            else (f"u.id {of_ids}")
        )

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
            return SQL(f"u.id {than} %s::uuid", (cursor.position[0],))
        return self._beyond(cursor.position[0], str(cursor.position[1]), backward=cursor.backward)

    def _beyond(self, value: Any, user_id: str, *, backward: bool) -> SQL:
        expression, than = self.expression, "<" if backward else ">"
        nulls_follow = self.descending == backward
        if value is None:
            same = SQL(f"({expression} IS NULL AND u.id {than} %s::uuid)", (user_id,))
            if nulls_follow:
                return same
            return SQL(f"({same.text} OR {expression} IS NOT NULL)", same.params)
        further = ">" if nulls_follow else "<"
        placeholder = f"%s::{self.cast}"
        text = (
            f"{expression} {further} {placeholder} "
            f"OR ({expression} = {placeholder} AND u.id {than} %s::uuid)"
        )
        if nulls_follow:
            text += f" OR {expression} IS NULL"
        return SQL(f"({text})", (value, value, user_id))


def user_order(sort: Sort | None, catalog: Catalog) -> Order:
    """Return the order that ``sort`` asks for, or that of creation.

    Raises:
        InvalidValueError: Users cannot be sorted by the attribute.
    """
    if sort is None:
        return Order()
    path, target = sort.path, sort.path.target
    if path.attribute.multi_valued:
        elements, scalar = catalog.elements(path), ElementCatalog().scalar(path)
    else:
        elements, scalar = None, catalog.scalar(path)
    if scalar is None or (path.attribute.multi_valued and elements is None):
        raise InvalidValueError(f"Users cannot be sorted by {path}.")
    expression = _comparable(scalar, target)
    if elements is not None:
        first = f"SELECT {expression} FROM {elements}"
        expression = (
            f"coalesce(({first} WHERE e.v -> 'primary' = 'true' LIMIT 1), ({first} LIMIT 1))"
        )
    return Order(expression, _CASTS.get(target.type, "text"), sort.descending)


def _comparable(scalar: Scalar, target: Attribute) -> str:
    if target.type in _CASTS:
        return scalar.expression
    if scalar.folded:
        return scalar.folded
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
