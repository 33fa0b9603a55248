"""``/Users``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from accounts.identifiers import read_uuid
from scim.http.views.resources import ResourceViewSet
from scim.storage.credentials import UserAlong
from scim.users.user_list import list_users
from scim.users.users import UserEndpoint

if TYPE_CHECKING:
    from scim.protocol.messages import Query
    from scim.protocol.projection import Projection
    from scim.protocol.schemas import ResourceType


_READS: Final = frozenset({"GET", "HEAD"})
_CHANGES: Final = frozenset({"PATCH", "PUT"})


class UserViewSet(ResourceViewSet):
    """People (RFC 7643, Section 4.1)."""

    route = "/Users"
    along: UserAlong | None = None

    @override
    def read_along(self) -> UserAlong | None:
        """Return the user whom the path names by id, where their whole resource will be shown."""
        key, request = self.kwargs.get("resource_id", ""), self.request
        is_change = request.method in _CHANGES
        if not key or not (is_change or request.method in _READS):
            return None
        if request.META.get("QUERY_STRING") or "HTTP_PREFER" in request.META:
            return None
        # A user name is looked up afterwards.
        user_id = read_uuid(key)
        self.along = None if user_id is None else UserAlong(user_id, to_change=is_change)
        return self.along

    @override
    def resource_type(self) -> ResourceType:
        return self.schemas.user

    @override
    def endpoint(self) -> UserEndpoint:
        return UserEndpoint(self.credential, self.schemas, self.request, self.along)

    @override
    def retrieve_resource(self, key: str, shown: Projection) -> dict[str, Any]:
        return self.endpoint().retrieve(key, shown)

    @override
    def list_resources(self, query: Query) -> dict[str, object]:
        return list_users(query, self.schemas.user, self.request)
