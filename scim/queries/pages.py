"""Pages of a list, by index or by cursor, of whatever can be selected and ordered in SQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

from accounts.tenancy.scoping import active_tenant_id
from scim.protocol.cursors import Cursor, CursorPage, cursor_scope, decode_cursor, encode_cursor
from scim.protocol.filters import parse_filter
from scim.protocol.messages import cursor_list_response, list_response, parse_sort
from scim.protocol.projection import projection
from scim.queries.list_order import order_of
from scim.queries.queries import cursor_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scim.protocol.filter_nodes import Node
    from scim.protocol.messages import Query
    from scim.protocol.paging import Page
    from scim.protocol.projection import Projection
    from scim.protocol.schemas import ResourceType
    from scim.queries.filter_query import SQL, Catalog
    from scim.queries.list_order import Key, Order


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks for of one kind of resource.

    Attributes:
        query: The query.
        name: The name of the resource type; cursors are bound to it.
        filter: The filter; ``None`` when everything is asked for.
        order: The order of the list.
        shown: What is shown of each resource.
    """

    query: Query
    name: str
    filter: Node | None
    order: Order
    shown: Projection

    @classmethod
    def of(
        cls,
        query: Query,
        resource_type: ResourceType,
        others: tuple[ResourceType, ...],
        catalog: Catalog,
        key: Key,
    ) -> Self:
        """Return what ``query`` asks for; what only ``others`` have has no value here.

        ``key`` is what gives the list its own order.

        Raises:
            InvalidFilterError: The filter cannot be parsed.
            InvalidValueError: ``sortBy`` or ``sortOrder`` cannot be used.
        """
        text = query.filter
        return cls(
            query=query,
            name=resource_type.name,
            filter=None if text is None else parse_filter(text, resource_type, others),
            order=order_of(parse_sort(query, resource_type, others), catalog, key),
            shown=projection(resource_type, query.attributes, query.excluded_attributes),
        )


class Selected(Protocol):
    """The rows of a list: which, and in which order."""

    @property
    def order(self) -> Order:
        """The order of the rows."""

    @property
    def width(self) -> int:
        """How many columns of a row precede its place in the order."""

    def rows(
        self, after: SQL | None, *, backward: bool, limit: int, offset: int = 0
    ) -> Sequence[Any]:
        """Return the raw rows of a page, each followed by its place in the order."""

    def total(self) -> int:
        """Return how many rows are selected."""


Resources = Callable[["Sequence[Any]"], list[dict[str, Any]]]
"""What the client sees of each row."""


def answer(asked: Asked, selected: Selected, resources: Resources) -> dict[str, object]:
    """Return the ListResponse with the page that is asked for (RFC 7644, Section 3.4.2).

    Raises:
        InvalidCursorError: The cursor was made for another query.
        ExpiredCursorError: The cursor is too old.
    """
    page = asked.query.page
    if isinstance(page, CursorPage):
        return _cursor_page(asked, selected, resources, page)
    return _index_page(selected, resources, page)


def _index_page(selected: Selected, resources: Resources, page: Page) -> dict[str, object]:
    rows: Sequence[Any] = []
    if page.count:
        rows = selected.rows(None, backward=False, limit=page.count, offset=page.start_index - 1)
    is_all = page.start_index == 1 and len(rows) < page.count
    total = len(rows) if is_all else selected.total()
    return list_response(resources(rows), total=total, page=page)


def _cursor_page(
    asked: Asked, selected: Selected, resources: Resources, page: CursorPage
) -> dict[str, object]:
    query = asked.query
    scope = cursor_scope(
        str(active_tenant_id()),
        asked.name,
        query.filter or "",
        query.sort_by,
        query.sort_order,
    )
    now = time.time()
    cursor = None
    if page.cursor:
        cursor = decode_cursor(page.cursor, key=cursor_key(), scope=scope, now=now)
    backward = cursor is not None and cursor.backward
    after = selected.order.beyond(cursor) if cursor else None
    rows = list(selected.rows(after, backward=backward, limit=page.count + 1))
    more, rows = len(rows) > page.count, rows[: page.count]
    if backward:
        rows.reverse()

    def edge(row: Sequence[Any], *, backward: bool) -> str:
        place = Cursor(selected.order.position(row[selected.width :]), backward)
        return encode_cursor(place, key=cursor_key(), scope=scope, now=now)

    has_next = bool(rows) and (more or backward)
    has_previous = bool(rows) and (cursor is not None) and (more or not backward)
    return cursor_list_response(
        resources(rows),
        total=selected.total(),
        next_cursor=edge(rows[-1], backward=False) if has_next else None,
        previous_cursor=edge(rows[0], backward=True) if has_previous else None,
    )
