"""Lists of groups: roles, access profiles and directory groups, filtered and ordered as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from accounts.scoping import active_tenant_id
from scim.filter_query import SQL, compile_filter
from scim.group_adapter import group_resource
from scim.group_catalog import GroupCatalog, hint
from scim.group_members import members_of_page
from scim.group_rows import COLUMNS, read_row, relation
from scim.list_order import Order, order_of
from scim.pages import answer
from scim.protocol.filters import parse_filter
from scim.protocol.messages import parse_sort
from scim.protocol.projection import projection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scim.protocol.messages import Query
    from scim.protocol.projection import Projection
    from scim.protocol.schemas import ResourceType

_WIDTH: Final = COLUMNS.count(",") + 1
_PLACE: Final = """(g.kind || ':' || lpad(g.number::text, 19, '0') || ':' || g.id) COLLATE "C\""""
"""The list's own order: roles, profiles by number, directory groups by age."""


def list_groups(query: Query, resource_type: ResourceType) -> dict[str, object]:
    """Return the ListResponse that answers ``query`` for the active tenant.

    ``members`` is left out of groups that have more than
    :data:`scim.group_members.SHOWN`.

    Raises:
        InvalidFilterError: The filter cannot be parsed or mapped.
        InvalidValueError: ``sortBy`` or ``sortOrder`` cannot be used.
        InvalidCursorError: The cursor was made for another query.
        ExpiredCursorError: The cursor is too old.
    """
    return answer(_Selection.of(query, resource_type), query)


@dataclass(frozen=True, slots=True)
class _Selection:
    """Which groups, in which order, and what is shown of each."""

    where: SQL
    order: Order
    shown: Projection
    resource_name: str = "Group"
    width: int = _WIDTH

    @classmethod
    def of(cls, query: Query, resource_type: ResourceType) -> _Selection:
        catalog = GroupCatalog(active_tenant_id())
        return cls(
            where=_condition(query.filter, resource_type, catalog),
            order=order_of(parse_sort(query, resource_type), catalog, key=_PLACE, key_type="text"),
            shown=projection(resource_type, query.attributes, query.excluded_attributes),
        )

    def rows(
        self, after: SQL | None, *, backward: bool, limit: int, offset: int = 0
    ) -> Sequence[Any]:
        """Return the raw rows of a page, each followed by its place in the order."""
        where, params = self.where.text, self.where.params
        if after is not None:
            where, params = f"{where} AND {after.text}", params + after.params
        order = self.order.backward if backward else self.order.forward
        return _fetch(
            f"SELECT {COLUMNS}, {self.order.place} FROM {relation(active_tenant_id())} "
            f"WHERE {where} ORDER BY {order} LIMIT %s OFFSET %s",
            (*params, limit, offset),
        )

    def total(self) -> int:
        """Return how many groups are selected."""
        statement = f"SELECT count(*) FROM {relation(active_tenant_id())} WHERE {self.where.text}"
        return int(_fetch(statement, self.where.params)[0][0])

    def resources(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """Return what the client sees of each row; members are read when they are shown."""
        groups = [read_row(row[: self.width]) for row in rows]
        if not groups or not self.shown.selects("members"):
            return [self.shown(group_resource(group)) for group in groups]
        members = members_of_page(groups)
        return [self.shown(group_resource(group, members[group.id])) for group in groups]


def _condition(text: str | None, resource_type: ResourceType, catalog: GroupCatalog) -> SQL:
    if text is None:
        return SQL("TRUE")
    node = parse_filter(text, resource_type)
    condition = compile_filter(node, catalog).sql
    narrower = hint(node)
    if narrower is None:
        return condition
    return SQL(f"{narrower.text} AND {condition.text}", narrower.params + condition.params)


def _fetch(statement: str, params: Sequence[Any]) -> Sequence[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: Sequence[Any] = cursor.fetchall()
    return rows
