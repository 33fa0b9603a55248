"""Lists of groups: roles, access profiles and directory groups, filtered and ordered as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from accounts.models import DirectoryGroup
from accounts.tenancy.scoping import active_tenant_id
from scim.adapters.adapter_catalog import catalog_with
from scim.adapters.named_adapters import group_adapter
from scim.groups.group_catalog import GroupCatalog, hint
from scim.groups.group_members import members_of_page
from scim.groups.group_rows import COLUMNS, FIXED_KINDS, GroupKind, read_row, relation
from scim.protocol.filters import parse_filter
from scim.protocol.messages import parse_sort
from scim.protocol.projection import projection
from scim.queries.filter_query import SQL, compile_filter
from scim.queries.list_order import Order, order_of
from scim.queries.pages import answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from scim.protocol.messages import Query
    from scim.protocol.projection import Projection
    from scim.protocol.schemas import ResourceType
    from scim.queries.filter_query import Catalog

_WIDTH: Final = COLUMNS.count(",") + 1
# The tables of roles and profiles are small; directory groups are counted as they come and go.
_COUNTED: Final = """
SELECT (SELECT count(*) FROM {fixed})
  + (SELECT coalesce(sum(directory_groups), 0) FROM accounts_groupcount WHERE tenant_id = %s)
"""
_PLACE: Final = """(g.kind || ':' || lpad(g.number::text, 19, '0') || ':' || g.id) COLLATE "C\""""
"""The list's own order: roles, profiles by number, directory groups by age."""


def list_groups(
    query: Query,
    resource_type: ResourceType,
    request: HttpRequest,
    others: tuple[ResourceType, ...] = (),
) -> dict[str, object]:
    """Return the ListResponse that answers ``query`` for the active tenant.

    ``request`` is handed to the adapters.  ``others`` are searched with the same query: what only
    they have has no value here.
    ``members`` is left out of groups that have more than
    :data:`scim.groups.group_members.SHOWN`.

    Raises:
        InvalidFilterError: The filter cannot be parsed or mapped.
        InvalidValueError: ``sortBy`` or ``sortOrder`` cannot be used.
        InvalidCursorError: The cursor was made for another query.
        ExpiredCursorError: The cursor is too old.
    """
    return answer(_Selection.of(query, resource_type, request, others), query)


@dataclass(frozen=True, slots=True)
class _Selection:
    """Which groups, in which order, and what is shown of each."""

    where: SQL
    is_filtered: bool
    order: Order
    shown: Projection
    request: HttpRequest
    resource_name: str = "Group"
    width: int = _WIDTH

    @classmethod
    def of(
        cls,
        query: Query,
        resource_type: ResourceType,
        request: HttpRequest,
        others: tuple[ResourceType, ...],
    ) -> _Selection:
        catalog = catalog_with(
            GroupCatalog(active_tenant_id()), group_adapter(), DirectoryGroup, "g"
        )
        sort = parse_sort(query, resource_type, others)
        return cls(
            where=_condition(query.filter, resource_type, others, catalog),
            is_filtered=query.filter is not None,
            order=order_of(sort, catalog, key=_PLACE, key_type="text"),
            shown=projection(resource_type, query.attributes, query.excluded_attributes),
            request=request,
        )

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

    def resources(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """Return what the client sees of each row; members are read when they are shown."""
        groups = [read_row(row[: self.width]) for row in rows]
        adapted, request = group_adapter().of_row, self.request
        adapters = [adapted(group, request) for group in groups]
        if groups and self.shown.selects("members"):
            members = members_of_page(groups, self.shown)
            for adapter in adapters:
                adapter.member_elements = members[adapter.row.id]
        return [self.shown(adapter.to_dict()) for adapter in adapters]


def _condition(
    text: str | None,
    resource_type: ResourceType,
    others: tuple[ResourceType, ...],
    catalog: Catalog,
) -> SQL:
    if text is None:
        return SQL("TRUE")
    node = parse_filter(text, resource_type, others)
    condition = compile_filter(node, catalog).sql
    narrower = hint(node)
    return condition if narrower is None else _both(narrower, condition)


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
