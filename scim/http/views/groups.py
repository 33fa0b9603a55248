"""``/Groups``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from scim.groups.group_list import list_groups
from scim.groups.groups import GroupEndpoint
from scim.http.views.resources import ResourceViewSet

if TYPE_CHECKING:
    from scim.protocol.messages import Query
    from scim.protocol.projection import Projection
    from scim.protocol.schemas import ResourceType


class GroupViewSet(ResourceViewSet):
    """Roles, access profiles and directory groups (RFC 7643, Section 4.2)."""

    route = "/Groups"

    @override
    def resource_type(self) -> ResourceType:
        return self.schemas.group

    @override
    def endpoint(self) -> GroupEndpoint:
        return GroupEndpoint(self.credential, self.schemas, self.request)

    @override
    def retrieve_resource(self, key: str, shown: Projection) -> dict[str, Any]:
        return self.endpoint().retrieve(key, shown)

    @override
    def list_resources(self, query: Query) -> dict[str, object]:
        return list_groups(query, self.schemas.group, self.request)
