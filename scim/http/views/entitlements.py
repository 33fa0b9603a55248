"""``/Roles`` and ``/Entitlements``: the roles there are, and the licences the tenant has bought.

They are few and only read, so filters are evaluated in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from accounts.models import Role
from licenses.models import Subscription
from scim.addresses import base_url
from scim.http.media import respond
from scim.http.views.base import SCIMViewSet
from scim.protocol.cursors import CursorPage
from scim.protocol.errors import InvalidCursorError, NotFoundError
from scim.protocol.filters import parse_filter
from scim.protocol.matching import matches
from scim.protocol.messages import list_response, parse_sort
from scim.protocol.okta_schemas import ENTITLEMENT, ROLE
from scim.protocol.projection import projection
from scim.protocol.resources import attribute_value
from scim.queries.queries import list_query, url_projection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpResponse
    from rest_framework.request import Request

    from scim.protocol.schemas import AttributePath, ResourceType


class ReadOnlyViewSet(SCIMViewSet):
    """Base of the two: a short list that nobody can change over SCIM."""

    kind: ResourceType

    def resources(self) -> Sequence[dict[str, Any]]:
        """Return every resource of the endpoint."""
        raise NotImplementedError

    def list(self, request: Request) -> HttpResponse:
        """Answer with a page of the resources."""
        query = list_query(request._request.GET)  # noqa: SLF001 - DRF's own name for it
        if isinstance(query.page, CursorPage):
            raise InvalidCursorError(f"{self.route} is short: page through it with startIndex.")
        found = list(self.resources())
        if query.filter is not None:
            node = parse_filter(query.filter, self.kind)
            found = [resource for resource in found if matches(node, resource)]
        sort = parse_sort(query, self.kind)
        if sort is not None:
            path = sort.path
            found.sort(key=lambda resource: _place(resource, path), reverse=sort.descending)
        shown = projection(self.kind, query.attributes, query.excluded_attributes)
        page = [shown(resource) for resource in found[query.page.as_slice]]
        return respond(list_response(page, total=len(found), page=query.page))

    def retrieve(self, request: Request, resource_id: str) -> HttpResponse:
        """Answer with one resource."""
        shown = url_projection(self.kind, request._request.GET)  # noqa: SLF001 - as above
        for resource in self.resources():
            if resource["id"] == resource_id:
                return respond(shown(resource))
        raise NotFoundError(f"{self.route} has nothing with the id {resource_id[:100]!r}.")

    def _resource(self, key: str, name: str, kind: str, description: str) -> dict[str, Any]:
        resource = {
            "schemas": [self.kind.schema.id],
            "id": key,
            "displayName": name,
            "type": kind,
            "description": description,
            "meta": {
                "resourceType": self.kind.name,
                "location": f"{base_url()}{self.kind.endpoint}/{key}",
            },
        }
        return {name: value for name, value in resource.items() if value}


def _place(resource: Mapping[str, Any], path: AttributePath) -> tuple[bool, str]:
    """Return what resources are sorted by; those without a value come last."""
    value = attribute_value(resource, path)
    if path.sub_attribute is not None and value is not None:
        value = value.get(path.sub_attribute.name)
    text = "" if value is None else str(value)
    return value is None, text if path.target.case_exact else text.lower()


class RoleViewSet(ReadOnlyViewSet):
    """The six roles; a person's is changed through the groups ``role:…``."""

    route = "/Roles"
    kind = ROLE

    @override
    def resources(self) -> Sequence[dict[str, Any]]:
        """Return the roles in the order of what they allow."""
        return [self._resource(role.value, str(role.label), "role", "") for role in Role]


class EntitlementViewSet(ReadOnlyViewSet):
    """The products that the tenant has subscribed to; an administrator assigns the licences."""

    route = "/Entitlements"
    kind = ENTITLEMENT

    @override
    def resources(self) -> Sequence[dict[str, Any]]:
        """Return one for each product."""
        return [
            self._resource(
                subscription.product.key,
                subscription.product.name,
                "license",
                subscription.product.description,
            )
            for subscription in Subscription.objects.select_related("product")
        ]
