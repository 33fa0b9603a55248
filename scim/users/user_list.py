"""Lists of users: filter, order, a page by index or by cursor, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import User
from accounts.tenancy.scoping import active_tenant_id
from scim.adapters.adapter_catalog import catalog_with
from scim.adapters.named_adapters import user_adapter
from scim.queries.pages import Asked, answer
from scim.storage.user_catalog import UserCatalog
from scim.storage.user_pages import KEY, SelectedUsers
from scim.storage.user_rows import read_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from scim.protocol.messages import Query
    from scim.protocol.schemas import ResourceType


def list_users(
    query: Query,
    resource_type: ResourceType,
    request: HttpRequest,
    others: tuple[ResourceType, ...] = (),
) -> dict[str, object]:
    """Return the ListResponse that answers ``query`` for the active tenant.

    As :func:`scim.queries.pages.answer` does; ``request`` is handed to the adapters, and
    ``others`` are searched with the same query.
    """
    adapter = user_adapter()
    catalog = catalog_with(UserCatalog(active_tenant_id()), adapter, User, "u")
    asked = Asked.of(query, resource_type, others, catalog, KEY)
    with_groups = asked.shown.selects("groups")

    def resources(rows: Sequence[Any]) -> list[dict[str, Any]]:
        people = [read_row(row, with_groups=with_groups) for row in rows]
        return [asked.shown(adapter.of_row(each, request).to_dict()) for each in people]

    selected = SelectedUsers.by(asked.filter, catalog, asked.order, with_groups=with_groups)
    return answer(asked, selected, resources)
