"""Pages of groups of all three kinds: the rows that a filter selects, in an order, and how many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import connection

from accounts.tenancy.scoping import active_tenant_id
from scim.queries.filter_query import SQL, compile_filter
from scim.queries.list_order import Key
from scim.storage.group_catalog import hint
from scim.storage.group_rows import COLUMNS, FIXED_KINDS, GroupKind, relation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scim.protocol.filter_nodes import Node
    from scim.queries.filter_query import Catalog
    from scim.queries.list_order import Order

_WIDTH: Final = COLUMNS.count(",") + 1
# The tables of roles and profiles are small; directory groups are counted as they come and go.
_COUNTED: Final = """
SELECT (SELECT count(*) FROM {fixed})
  + (SELECT coalesce(sum(directory_groups), 0) FROM accounts_groupcount WHERE tenant_id = %s)
"""
KEY: Final = Key(
    """(g.kind || ':' || lpad(g.number::text, 19, '0') || ':' || g.id) COLLATE "C\"""", "text"
)
"""Roles, profiles by number, directory groups by age."""


@dataclass(frozen=True, slots=True)
class SelectedGroups:
    """Which groups of the active tenant, in what order: a :class:`~scim.queries.pages.Selected`."""

    where: SQL
    order: Order
    is_filtered: bool
    width: int = _WIDTH

    @classmethod
    def by(cls, node: Node | None, catalog: Catalog, order: Order) -> Self:
        """Return the groups that the filter selects; all of them without one.

        Raises:
            InvalidFilterError: An attribute of the filter cannot be searched by.
        """
        if node is None:
            return cls(SQL("TRUE"), order, is_filtered=False)
        condition, narrower = compile_filter(node, catalog).sql, hint(node)
        where = condition if narrower is None else _both(narrower, condition)
        return cls(where, order, is_filtered=True)

    def rows(
        self, after: SQL | None, *, backward: bool, limit: int, offset: int = 0
    ) -> Sequence[Any]:
        """Return the raw rows of a page, each followed by its place in the order."""
        where = self.where if after is None else _both(self.where, after)
        order = self.order.backward if backward else self.order.forward
        tenant = active_tenant_id()
        if self.order.expression:
            table = SQL(f"{relation(tenant)} WHERE {where.text}", where.params)
        else:
            table = _in_own_order(tenant, where, after, backward=backward, most=limit + offset)
        return _fetch(
            f"SELECT {COLUMNS}, {self.order.place} FROM {table.text} "
            f"ORDER BY {order} LIMIT %s OFFSET %s",
            (*table.params, limit, offset),
        )

    def total(self) -> int:
        """Return how many groups are selected; without a filter the number is at hand."""
        if not self.is_filtered:
            tenant = active_tenant_id()
            statement = _COUNTED.format(fixed=relation(tenant, FIXED_KINDS))
            return int(_fetch(statement, [tenant])[0][0])
        statement = f"SELECT count(*) FROM {relation(active_tenant_id())} WHERE {self.where.text}"
        return int(_fetch(statement, self.where.params)[0][0])


def _in_own_order(tenant: int, where: SQL, after: SQL | None, *, backward: bool, most: int) -> SQL:
    """Return at most as many directory groups as can be on the page, read along their index."""
    edge, direction = where, "DESC" if backward else "ASC"
    kind, _, rest = str(after.params[0]).partition(":") if after else ("", "", "")
    if kind == str(GroupKind.DIRECTORY.value):
        than = "<" if backward else ">"
        edge = _both(where, SQL(f"g.uid {than} %s::uuid", (rest.rpartition(":")[2],)))
    return SQL(
        f"((SELECT * FROM {relation(tenant, FIXED_KINDS)} WHERE {where.text}) UNION ALL "
        f"(SELECT * FROM {relation(tenant, [GroupKind.DIRECTORY])} WHERE {edge.text} "
        f"ORDER BY g.uid {direction} LIMIT %s)) g",
        (*where.params, *edge.params, most),
    )


def _both(first: SQL, second: SQL) -> SQL:
    return SQL(f"{first.text} AND {second.text}", first.params + second.params)


def _fetch(statement: str, params: Sequence[Any]) -> Sequence[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: Sequence[Any] = cursor.fetchall()
    return rows
