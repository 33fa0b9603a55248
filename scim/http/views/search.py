"""``/`` and ``/.search``: all resources of the tenant, whatever their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scim.groups.group_list import list_groups
from scim.http.media import respond
from scim.http.views.base import SCIMViewSet
from scim.queries.queries import list_query, search_query
from scim.queries.search import search_everything
from scim.users.user_list import list_users

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from scim.protocol.messages import Query


class RootViewSet(SCIMViewSet):
    """Searches at the root of the service (RFC 7644, Sections 3.4.2.1 and 3.4.3)."""

    route = "/.search"

    def list(self, request: Request) -> HttpResponse:
        """Answer ``GET`` on the root."""
        return self._search(list_query(request._request.GET))  # noqa: SLF001 - DRF's name for it

    def search(self, request: Request) -> HttpResponse:
        """Answer ``POST /.search``."""
        return self._search(search_query(self.body()))

    def _search(self, query: Query) -> HttpResponse:
        user, group = self.schemas.user, self.schemas.group
        return respond(
            search_everything(
                query,
                [
                    lambda part: list_users(part, user, self.request, (group,)),
                    lambda part: list_groups(part, group, self.request, (user,)),
                ],
            )
        )
