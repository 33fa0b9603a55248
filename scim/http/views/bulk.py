"""``/Bulk`` (RFC 7644, Section 3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scim.addresses import base_url
from scim.bulk import BulkRun
from scim.groups.groups import GroupEndpoint
from scim.http.media import respond
from scim.http.views.base import SCIMViewSet
from scim.http.views.remarks import remark_on
from scim.limits import MAX_OPERATIONS
from scim.protocol.bulk import parse_bulk
from scim.protocol.foreign_names import foreign_names
from scim.protocol.projection import projection
from scim.users.users import UserEndpoint

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from scim.http.answers import Endpoint


class BulkViewSet(SCIMViewSet):
    """Many operations in one request, up to the announced limits."""

    route = "/Bulk"

    def create(self, request: Request) -> HttpResponse:
        """Carry out the operations; what became of each is in the answer, which is 200."""
        endpoints: dict[str, Endpoint] = {
            "/Users": UserEndpoint(self.credential, self.schemas, self.request),
            "/Groups": GroupEndpoint(self.credential, self.schemas, self.request),
        }
        bulk = parse_bulk(self.body(), max_operations=MAX_OPERATIONS, endpoints=list(endpoints))
        types = {"/Users": self.schemas.user, "/Groups": self.schemas.group}
        # Nothing of a resource but its id is in a BulkResponse, so nothing else is read.
        shown = {name: projection(kind, "id") for name, kind in types.items()}
        self.remark = remark_on(
            name
            for operation in bulk.operations
            if operation.endpoint in types
            for name in foreign_names(operation.data, types[operation.endpoint])
        )
        return respond(BulkRun(bulk, endpoints, shown, base_url()).run())
