"""``/Users``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from scim.user_list import list_users
from scim.users import UserEndpoint
from scim.views.resources import ResourceViewSet

if TYPE_CHECKING:
    from scim.protocol.messages import Query
    from scim.protocol.projection import Projection
    from scim.protocol.schemas import ResourceType


class UserViewSet(ResourceViewSet):
    """People (RFC 7643, Section 4.1)."""

    route = "/Users"

    @override
    def resource_type(self) -> ResourceType:
        return self.schemas.user

    @override
    def endpoint(self) -> UserEndpoint:
        return UserEndpoint(self.credential, self.schemas)

    @override
    def retrieve_resource(self, key: str, shown: Projection) -> dict[str, Any]:
        return self.endpoint().retrieve(key, shown).resource

    @override
    def list_resources(self, query: Query) -> dict[str, object]:
        return list_users(query, self.schemas.user)
