"""What the server is and offers: ``/ServiceProviderConfig``, ``/Schemas``, ``/ResourceTypes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from scim.media import MAX_BODY, respond
from scim.protocol import urns
from scim.protocol.cursors import CURSOR_TIMEOUT
from scim.protocol.errors import ForbiddenError, NotFoundError
from scim.protocol.messages import list_response
from scim.queries import DEFAULT_COUNT, MAX_RESULTS
from scim.views.base import SCIMViewSet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse
    from rest_framework.request import Request

    from scim.protocol.schemas import ResourceType, Schema

MAX_OPERATIONS = 1_000
"""Operations in one Bulk request."""


def _base_url() -> str:
    return f"{settings.BASE_URL}/scim/v2"


class DiscoveryViewSet(SCIMViewSet):
    """Base of the three: a whole list, or one document of it (RFC 7644, Section 4)."""

    def documents(self) -> Sequence[dict[str, Any]]:
        """Return every document of the endpoint."""
        raise NotImplementedError

    def list(self, request: Request) -> HttpResponse:
        """Answer with all documents; the RFC has a filter here refused."""
        self._refuse_filter(request)
        documents = self.documents()
        return respond(list_response(documents, total=len(documents)))

    def retrieve(self, request: Request, resource_id: str) -> HttpResponse:
        """Answer with the document of that id, in any letter case."""
        self._refuse_filter(request)
        for document in self.documents():
            if str(document["id"]).lower() == resource_id.lower():
                return respond(document)
        raise NotFoundError(f"{self.route} has nothing with the id {resource_id[:100]!r}.")

    def _refuse_filter(self, request: Request) -> None:
        if any(name.lower() == "filter" for name in request._request.GET):  # noqa: SLF001
            raise ForbiddenError(f"{self.route} is always listed whole; it takes no filter.")


class SchemaViewSet(DiscoveryViewSet):
    """``/Schemas``: those of the RFC and the tenant's own, as the source must fill them."""

    route = "/Schemas"

    def documents(self) -> Sequence[dict[str, Any]]:
        """Return each schema once, though two resource types may share one."""
        found: dict[str, Schema] = {}
        for resource_type in (self.schemas.user, self.schemas.group):
            for schema in (resource_type.schema, *resource_type.extensions):
                found.setdefault(schema.id, schema)
        return [schema.to_document(base_url=_base_url()) for schema in found.values()]


class ResourceTypeViewSet(DiscoveryViewSet):
    """``/ResourceTypes``."""

    route = "/ResourceTypes"

    def documents(self) -> Sequence[dict[str, Any]]:
        """Return the two resource types, and those Okta reads roles and licences from."""
        types: tuple[ResourceType, ...] = (self.schemas.user, self.schemas.group)
        return [
            *(resource_type.to_document(base_url=_base_url()) for resource_type in types),
            *(_okta_type(name, endpoint, urn) for name, endpoint, urn in _OKTA_TYPES),
        ]


_OKTA_TYPES = (
    ("Role", "/Roles", urns.OKTA_ROLE),
    ("Entitlement", "/Entitlements", urns.OKTA_ENTITLEMENT),
)


def _okta_type(name: str, endpoint: str, urn: str) -> dict[str, Any]:
    return {
        "schemas": [urns.RESOURCE_TYPE],
        "id": name,
        "name": name,
        "description": name,
        "endpoint": endpoint,
        "schema": urn,
        "meta": {"resourceType": "ResourceType", "location": f"{_base_url()}/ResourceTypes/{name}"},
    }


class ServiceProviderConfigViewSet(SCIMViewSet):
    """``/ServiceProviderConfig`` (RFC 7643, Section 5): what is offered, in true numbers."""

    route = "/ServiceProviderConfig"

    def retrieve(self, request: Request) -> HttpResponse:
        """Answer with the one document."""
        return respond(
            {
                "schemas": [urns.SERVICE_PROVIDER_CONFIG],
                "patch": {"supported": True},
                "bulk": {
                    "supported": True,
                    "maxOperations": MAX_OPERATIONS,
                    "maxPayloadSize": MAX_BODY,
                },
                "filter": {"supported": True, "maxResults": MAX_RESULTS},
                "changePassword": {"supported": False},
                "sort": {"supported": True},
                "etag": {"supported": True},
                "pagination": {
                    "cursor": True,
                    "index": True,
                    "defaultPaginationMethod": "index",
                    "defaultPageSize": DEFAULT_COUNT,
                    "maxPageSize": MAX_RESULTS,
                    "cursorTimeout": CURSOR_TIMEOUT,
                },
                "authenticationSchemes": [
                    {
                        "type": "oauthbearertoken",
                        "name": "OAuth Bearer Token",
                        "description": "The token of a SCIM source, sent as a bearer token.",
                        "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
                        "primary": True,
                    }
                ],
                "meta": {
                    "resourceType": "ServiceProviderConfig",
                    "location": f"{_base_url()}/ServiceProviderConfig",
                },
            }
        )
