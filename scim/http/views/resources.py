"""The HTTP of one kind of resource (RFC 7644, Sections 3.2 to 3.6): read, call, map."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from scim.http.contention import in_turn
from scim.http.media import respond, respond_without_body
from scim.http.views.base import SCIMViewSet
from scim.http.views.remarks import remark_on
from scim.protocol.foreign_names import foreign_names
from scim.protocol.projection import projection
from scim.queries.queries import list_query, search_query, url_projection

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from scim.http.answers import Answer, Endpoint
    from scim.protocol.messages import Query
    from scim.protocol.projection import Projection
    from scim.protocol.schemas import ResourceType

_MINIMAL: Final = re.compile(r"\breturn\s*=\s*\"?minimal\b", re.IGNORECASE)


class ResourceViewSet(SCIMViewSet):
    """Base of ``/Users`` and ``/Groups``.

    A subclass says what the resource type is and which endpoint does the work, and answers
    ``retrieve_resource`` and ``list_resources``.
    """

    def resource_type(self) -> ResourceType:
        """Return the type as the calling source sees it."""
        raise NotImplementedError

    def endpoint(self) -> Endpoint:
        """Return what creates, changes and removes the resources."""
        raise NotImplementedError

    def retrieve_resource(self, key: str, shown: Projection) -> dict[str, Any]:
        """Return the canonical resource, at least as much of it as ``shown`` selects."""
        raise NotImplementedError

    def list_resources(self, query: Query) -> dict[str, object]:
        """Return the ListResponse for a query."""
        raise NotImplementedError

    def list(self, request: Request) -> HttpResponse:
        """Answer ``GET`` on the endpoint: a page of resources."""
        return respond(self.list_resources(list_query(request._request.GET)))  # noqa: SLF001

    def search(self, request: Request) -> HttpResponse:
        """Answer ``POST …/.search`` (Section 3.4.3)."""
        return respond(self.list_resources(search_query(self.body())))

    def retrieve(self, request: Request, resource_id: str) -> HttpResponse:
        """Answer ``GET`` on a resource."""
        shown = self._projection()
        resource = self.retrieve_resource(resource_id, shown)
        headers = {"Content-Location": resource["meta"]["location"]}
        if "version" in resource["meta"]:
            headers["ETag"] = resource["meta"]["version"]
        return respond(shown(resource), headers=headers)

    def create(self, request: Request) -> HttpResponse:
        """Answer ``POST`` on the endpoint."""
        shown = self._projection()
        body = self._resource_body()
        return self._answer(in_turn(lambda: self.endpoint().create(body, shown)), shown)

    def replace(self, request: Request, resource_id: str) -> HttpResponse:
        """Answer ``PUT`` on a resource."""
        shown = self._projection_after_change()
        body = self._resource_body()
        conditions = self.conditions()
        answer = in_turn(lambda: self.endpoint().replace(resource_id, body, shown, conditions))
        return self._answer(answer, shown)

    def modify(self, request: Request, resource_id: str) -> HttpResponse:
        """Answer ``PATCH`` on a resource: 200 with what became of it, or 204 when preferred."""
        shown = self._projection_after_change()
        body = self._resource_body()
        conditions = self.conditions()
        answer = in_turn(lambda: self.endpoint().modify(resource_id, body, shown, conditions))
        return self._answer(answer, shown)

    def remove(self, request: Request, resource_id: str) -> HttpResponse:
        """Answer ``DELETE`` on a resource."""
        conditions = self.conditions()
        in_turn(lambda: self.endpoint().remove(resource_id, conditions))
        return respond_without_body(HTTPStatus.NO_CONTENT)

    def _resource_body(self) -> Any:
        """Return the body, and have the log say what of it belongs to schemas we do not have."""
        body = self.body()
        self.remark = remark_on(foreign_names(body, self.resource_type()))
        return body

    def _answer(self, answer: Answer, shown: Projection) -> HttpResponse:
        headers = {"Location": answer.location}
        if answer.version:
            headers["ETag"] = answer.version
        if answer.status == HTTPStatus.OK and self._prefers_minimal():
            headers["Preference-Applied"] = "return=minimal"
            return respond_without_body(HTTPStatus.NO_CONTENT, headers)
        if answer.resource is None:
            return respond_without_body(answer.status, headers)
        return respond(shown(answer.resource), answer.status.value, headers)

    def _projection_after_change(self) -> Projection:
        """Return what is shown of a changed resource; it is not read for an answer without it."""
        if self._prefers_minimal():
            return projection(self.resource_type(), "id")
        return self._projection()

    def _projection(self) -> Projection:
        if not self.request.META.get("QUERY_STRING"):
            return projection(self.resource_type())
        query = self.request._request.GET  # noqa: SLF001 - DRF's own name for it
        return url_projection(self.resource_type(), query)

    def _prefers_minimal(self) -> bool:
        return bool(_MINIMAL.search(self.request.META.get("HTTP_PREFER", "")))
