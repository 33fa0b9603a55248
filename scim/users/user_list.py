"""Lists of users: filter, order, a page by index or by cursor, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from accounts.models import User
from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import active_tenant_id
from scim.adapters.adapter_catalog import catalog_with
from scim.adapters.named_adapters import user_adapter
from scim.protocol.filter_nodes import Comparison
from scim.protocol.filters import parse_filter
from scim.protocol.messages import parse_sort
from scim.protocol.projection import projection
from scim.queries.filter_query import SQL, compile_filter
from scim.queries.list_order import Order, order_of
from scim.queries.pages import answer
from scim.storage.person_columns import (
    WIDTH,
    WITH_GROUPS,
    WITH_GROUPS_OF_PAGE,
    WITHOUT_GROUPS,
)
from scim.users.user_catalog import UserCatalog
from scim.users.user_groups import GROUPS_OF_PAGE
from scim.users.user_rows import read_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from scim.protocol.filter_nodes import Node
    from scim.protocol.messages import Query
    from scim.protocol.projection import Projection
    from scim.protocol.schemas import ResourceType

_COUNTED: Final = "SELECT coalesce(sum(users), 0) FROM accounts_usercount WHERE tenant_id = %s"
_KEYS: Final = frozenset({"id", "userName", "emails.value"})
"""Attributes of which an index is the best way to any value, so that one plan serves them all.

``externalId`` is none: where most people have an empty one, no plan is good for every value.
"""

_MANY: Final = 10
"""People whose groups are better read together than for each one; a filter mostly finds few."""


def list_users(
    query: Query,
    resource_type: ResourceType,
    request: HttpRequest,
    others: tuple[ResourceType, ...] = (),
) -> dict[str, object]:
    """Return the ListResponse that answers ``query`` for the active tenant.

    ``request`` is handed to the adapters.  ``others`` are searched with the same query: what only
    they have has no value here.

    Raises:
        InvalidFilterError: The filter cannot be parsed or mapped.
        InvalidValueError: ``sortBy`` or ``sortOrder`` cannot be used.
        InvalidCursorError: The cursor was made for another query.
        ExpiredCursorError: The cursor is too old.
    """
    return answer(_Selection.of(query, resource_type, request, others), query)


@dataclass(frozen=True, slots=True)
class _Selection:
    """Which users, in which order, and what is shown of each."""

    where: SQL
    is_filtered: bool
    is_selective: bool
    is_by_key: bool
    order: Order
    shown: Projection
    request: HttpRequest
    resource_name: str = "User"
    width: int = WIDTH

    @classmethod
    def of(
        cls,
        query: Query,
        resource_type: ResourceType,
        request: HttpRequest,
        others: tuple[ResourceType, ...],
    ) -> _Selection:
        catalog = catalog_with(UserCatalog(active_tenant_id()), user_adapter(), User, "u")
        shown = projection(resource_type, query.attributes, query.excluded_attributes)
        order = order_of(parse_sort(query, resource_type, others), catalog)
        tenant = SQL("u.tenant_id = %s", (active_tenant_id(),))
        if query.filter is None:
            return cls(
                tenant,
                is_filtered=False,
                is_selective=False,
                is_by_key=False,
                order=order,
                shown=shown,
                request=request,
            )
        node = parse_filter(query.filter, resource_type, others)
        condition = compile_filter(node, catalog)
        return cls(
            SQL(f"{tenant.text} AND {condition.sql.text}", tenant.params + condition.sql.params),
            is_filtered=True,
            is_selective=condition.is_selective,
            is_by_key=_is_by_key(node),
            order=order,
            shown=shown,
            request=request,
        )

    def rows(self, after: SQL | None, *, backward: bool, limit: int, offset: int = 0) -> Any:
        """Return the raw rows of a page, each followed by its place in the order."""
        where, params = self.where.text, self.where.params
        if after is not None:
            where, params = f"{where} AND {after.text}", params + after.params
        table = f"accounts_user u WHERE {where}"
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
        if self.shown.selects("groups") and limit >= _MANY and not self.is_filtered:
            return (
                f"WITH RECURSIVE page AS MATERIALIZED ({page}), {GROUPS_OF_PAGE} "
                f"SELECT {WITH_GROUPS_OF_PAGE}, {self.order.place} FROM page u "
                f"LEFT JOIN groups_of_page ON groups_of_page.user_id = u.id ORDER BY {order}"
            )
        columns = WITH_GROUPS if self.shown.selects("groups") else WITHOUT_GROUPS
        return f"SELECT {columns}, {self.order.place} FROM ({page}) u ORDER BY {order}"

    def total(self) -> int:
        """Return how many users are selected; without a filter the number is at hand."""
        if not self.is_filtered:
            return int(_fetch(_COUNTED, self.where.params)[0][0])
        statement = f"SELECT count(*) FROM accounts_user u WHERE {self.where.text}"
        return int(_fetch(statement, self.where.params)[0][0])

    def resources(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """Return what the client sees of each row."""
        with_groups, shown = self.shown.selects("groups"), self.shown
        adapted, request = user_adapter().of_row, self.request
        return [
            shown(adapted(read_row(row, with_groups=with_groups), request).to_dict())
            for row in rows
        ]


def _is_by_key(node: Node) -> bool:
    return isinstance(node, Comparison) and node.operator == "eq" and str(node.path) in _KEYS


def _fetch(statement: str, params: Sequence[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()
