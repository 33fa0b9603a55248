"""``/ServiceProviderConfig`` (RFC 7643, Section 5; RFC 9865, Section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scim.addresses import base_url
from scim.http.media import respond
from scim.http.views.base import SCIMViewSet
from scim.limits import DEFAULT_COUNT, MAX_BODY, MAX_OPERATIONS, MAX_RESULTS
from scim.protocol.cursors import CURSOR_TIMEOUT
from scim.protocol.service_provider_config import Limits, service_provider_config

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

_LIMITS: Final = Limits(
    max_results=MAX_RESULTS,
    max_operations=MAX_OPERATIONS,
    max_payload_size=MAX_BODY,
    cursor_timeout=CURSOR_TIMEOUT,
    default_page_size=DEFAULT_COUNT,
)


class ServiceProviderConfigViewSet(SCIMViewSet):
    """What is offered, in true numbers."""

    route = "/ServiceProviderConfig"

    def retrieve(self, request: Request) -> HttpResponse:
        """Answer with the one document."""
        return respond(service_provider_config(_LIMITS, base_url=base_url()))
