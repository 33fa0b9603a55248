"""Lists of groups: roles, access profiles and directory groups, filtered and ordered as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import DirectoryGroup
from accounts.tenancy.scoping import active_tenant_id
from scim.adapters.adapter_catalog import catalog_with
from scim.adapters.named_adapters import group_adapter
from scim.queries.pages import Asked, answer
from scim.storage.group_catalog import GroupCatalog
from scim.storage.group_members import members_of_page
from scim.storage.group_pages import KEY, SelectedGroups
from scim.storage.group_rows import read_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from scim.protocol.messages import Query
    from scim.protocol.schemas import ResourceType


def list_groups(
    query: Query,
    resource_type: ResourceType,
    request: HttpRequest,
    others: tuple[ResourceType, ...] = (),
) -> dict[str, object]:
    """Return the ListResponse that answers ``query`` for the active tenant.

    As :func:`scim.queries.pages.answer` does; ``request`` is handed to the adapters, and
    ``others`` are searched with the same query.  ``members`` is left out of groups that have more
    than :data:`scim.storage.group_members.SHOWN`.
    """
    adapter = group_adapter()
    catalog = catalog_with(GroupCatalog(active_tenant_id()), adapter, DirectoryGroup, "g")
    asked = Asked.of(query, resource_type, others, catalog, KEY)

    def resources(rows: Sequence[Any]) -> list[dict[str, Any]]:
        groups = [read_row(row[: selected.width]) for row in rows]
        adapters = [adapter.of_row(group, request) for group in groups]
        if groups and asked.shown.selects("members"):
            members = members_of_page(groups, asked.shown)
            for each in adapters:
                each.member_elements = members[each.row.id]
        return [asked.shown(each.to_dict()) for each in adapters]

    selected = SelectedGroups.by(asked.filter, catalog, asked.order)
    return answer(asked, selected, resources)
