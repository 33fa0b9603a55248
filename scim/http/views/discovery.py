"""What resources look like: ``/Schemas`` and ``/ResourceTypes`` (RFC 7644, Section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from scim.addresses import base_url
from scim.http.media import respond
from scim.http.views.base import SCIMViewSet
from scim.protocol.errors import ForbiddenError, NotFoundError
from scim.protocol.messages import list_response
from scim.protocol.okta_schemas import ENTITLEMENT, ROLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse
    from rest_framework.request import Request


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

    @override
    def documents(self) -> Sequence[dict[str, Any]]:
        """Return each schema once, though two resource types may share one."""
        found: dict[str, dict[str, Any]] = {}
        types = [self.schemas.user, self.schemas.group]
        if self.schemas.lists_entitlements:
            types += [ROLE, ENTITLEMENT]
        for resource_type in types:
            core = resource_type.schema
            listed = core.to_document(base_url=base_url(), demanded=resource_type.demanded)
            found.setdefault(core.id, listed)
            for schema in resource_type.extensions:
                found.setdefault(schema.id, schema.to_document(base_url=base_url()))
        return list(found.values())


class ResourceTypeViewSet(DiscoveryViewSet):
    """``/ResourceTypes``; those for Okta are listed when the source is set to it."""

    route = "/ResourceTypes"

    @override
    def documents(self) -> Sequence[dict[str, Any]]:
        """Return the resource types that the source may ask for."""
        types = [self.schemas.user, self.schemas.group]
        if self.schemas.lists_entitlements:
            types += [ROLE, ENTITLEMENT]
        return [resource_type.to_document(base_url=base_url()) for resource_type in types]
