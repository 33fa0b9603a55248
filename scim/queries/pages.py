"""Pages of a list, by index or by cursor, of whatever can be selected and ordered in SQL."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol

from accounts.tenancy.scoping import active_tenant_id
from scim.protocol.cursors import Cursor, CursorPage, cursor_scope, decode_cursor, encode_cursor
from scim.protocol.messages import cursor_list_response, list_response
from scim.queries.queries import cursor_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scim.protocol.messages import Query
    from scim.protocol.paging import Page
    from scim.queries.filter_query import SQL
    from scim.queries.list_order import Order


class Selection(Protocol):
    """Which resources, in which order, and what is shown of each."""

    @property
    def resource_name(self) -> str:
        """The name of the resource type; cursors are bound to it."""

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
        """Return how many resources are selected."""

    def resources(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """Return what the client sees of each row."""


def answer(selection: Selection, query: Query) -> dict[str, object]:
    """Return the ListResponse with the page that ``query`` asks for.

    Raises:
        InvalidCursorError: The cursor was made for another query.
        ExpiredCursorError: The cursor is too old.
    """
    if isinstance(query.page, CursorPage):
        return _cursor_page(selection, query.page, query)
    return _index_page(selection, query.page)


def _index_page(selection: Selection, page: Page) -> dict[str, object]:
    rows: Sequence[Any] = []
    if page.count:
        rows = selection.rows(None, backward=False, limit=page.count, offset=page.start_index - 1)
    is_all = page.start_index == 1 and len(rows) < page.count
    total = len(rows) if is_all else selection.total()
    return list_response(selection.resources(rows), total=total, page=page)


def _cursor_page(selection: Selection, page: CursorPage, query: Query) -> dict[str, object]:
    scope = cursor_scope(
        str(active_tenant_id()),
        selection.resource_name,
        query.filter or "",
        query.sort_by,
        query.sort_order,
    )
    now = time.time()
    cursor = None
    if page.cursor:
        cursor = decode_cursor(page.cursor, key=cursor_key(), scope=scope, now=now)
    backward = cursor is not None and cursor.backward
    after = selection.order.beyond(cursor) if cursor else None
    rows = list(selection.rows(after, backward=backward, limit=page.count + 1))
    more, rows = len(rows) > page.count, rows[: page.count]
    if backward:
        rows.reverse()

    def edge(row: Sequence[Any], *, backward: bool) -> str:
        place = Cursor(selection.order.position(row[selection.width :]), backward)
        return encode_cursor(place, key=cursor_key(), scope=scope, now=now)

    has_next = bool(rows) and (more or backward)
    has_previous = bool(rows) and (cursor is not None) and (more or not backward)
    return cursor_list_response(
        selection.resources(rows),
        total=selection.total(),
        next_cursor=edge(rows[-1], backward=False) if has_next else None,
        previous_cursor=edge(rows[0], backward=True) if has_previous else None,
    )
