"""Pages of users: the rows that a filter selects, in an order, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import connection

from accounts.storage.groups_of_people import groups_of_page
from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import active_tenant_id
from scim.protocol.filter_nodes import Comparison
from scim.queries.filter_query import SQL, compile_filter
from scim.queries.list_order import Key
from scim.storage.person_columns import (
    PERSON,
    WIDTH,
    WITH_GROUPS,
    WITH_GROUPS_OF_PAGE,
    WITHOUT_GROUPS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scim.protocol.filter_nodes import Node
    from scim.queries.filter_query import Catalog
    from scim.queries.list_order import Order

KEY: Final = Key("u.id", "uuid")
_COUNTED: Final = "SELECT coalesce(sum(users), 0) FROM accounts_usercount WHERE tenant_id = %s"
_KEYS: Final = frozenset({"id", "userName", "emails.value"})
"""Attributes of which an index is the best way to any value, so that one plan serves them all.

``externalId`` is none: where most people have an empty one, no plan is good for every value.
"""

_MANY: Final = 10
"""People whose groups are better read together than for each one; a filter mostly finds few."""


@dataclass(frozen=True, slots=True)
class SelectedUsers:
    """Which users of the active tenant, in which order: a :class:`~scim.queries.pages.Selected`."""

    where: SQL
    order: Order
    with_groups: bool
    is_filtered: bool = False
    is_selective: bool = False
    is_by_key: bool = False
    width: int = WIDTH

    @classmethod
    def by(cls, node: Node | None, catalog: Catalog, order: Order, *, with_groups: bool) -> Self:
        """Return the users that the filter selects; all of them without one.

        Raises:
            InvalidFilterError: An attribute of the filter cannot be searched by.
        """
        tenant = SQL("u.tenant_id = %s", (active_tenant_id(),))
        if node is None:
            return cls(tenant, order, with_groups)
        condition = compile_filter(node, catalog)
        return cls(
            SQL(f"{tenant.text} AND {condition.sql.text}", tenant.params + condition.sql.params),
            order,
            with_groups,
            is_filtered=True,
            is_selective=condition.is_selective,
            is_by_key=_is_by_key(node),
        )

    def rows(self, after: SQL | None, *, backward: bool, limit: int, offset: int = 0) -> Any:
        """Return the raw rows of a page, each followed by its place in the order."""
        where, params = self.where.text, self.where.params
        if after is not None:
            where, params = f"{where} AND {after.text}", params + after.params
        table = f"{PERSON} WHERE {where}"
        if self.is_selective:
            # Without the fence a page of few might be searched for along the whole order.
            table = f"(SELECT u.* FROM {table} OFFSET 0) u"
        order = self.order.backward if backward else self.order.forward
        # The page is cut out first, so that nobody's groups are read but for those on it.
        page = f"SELECT u.* FROM {table} ORDER BY {order} LIMIT %s OFFSET %s"
        statement = self._with_groups(page, order, limit)
        # What identity providers ask before every change: one of few texts, and of one good plan.
        with prepared_cursor() if self.is_by_key else connection.cursor() as cursor:
            cursor.execute(statement, (*params, limit, offset))
            return cursor.fetchall()

    def _with_groups(self, page: str, order: str, limit: int) -> str:
        """Return the statement that reads ``page``, and the groups of those on it if shown."""
        if self.with_groups and limit >= _MANY and not self.is_filtered:
            return (
                f"WITH RECURSIVE page AS MATERIALIZED ({page}), {groups_of_page()} "
                f"SELECT {WITH_GROUPS_OF_PAGE}, {self.order.place} FROM page u "
                f"LEFT JOIN groups_of_page ON groups_of_page.user_id = u.id ORDER BY {order}"
            )
        columns = WITH_GROUPS if self.with_groups else WITHOUT_GROUPS
        return f"SELECT {columns}, {self.order.place} FROM ({page}) u ORDER BY {order}"

    def total(self) -> int:
        """Return how many users are selected; without a filter the number is at hand."""
        if not self.is_filtered:
            return int(_fetch(_COUNTED, self.where.params)[0][0])
        statement = f"SELECT count(*) FROM {PERSON} WHERE {self.where.text}"
        return int(_fetch(statement, self.where.params)[0][0])


def _is_by_key(node: Node) -> bool:
    return isinstance(node, Comparison) and node.operator == "eq" and str(node.path) in _KEYS


def _fetch(statement: str, params: Sequence[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()
