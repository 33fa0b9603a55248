"""The ServiceProviderConfig document (RFC 7643, Section 5; RFC 9865, Section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from scim.protocol import urns


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers that the document announces; the server must keep to them.

    ``max_payload_size`` is in bytes, ``cursor_timeout`` in seconds.
    """

    max_results: int
    max_operations: int
    max_payload_size: int
    cursor_timeout: int
    default_page_size: int


def service_provider_config(
    limits: Limits, *, base_url: str, documentation_url: str | None = None
) -> dict[str, object]:
    """Return the document; ``base_url`` ends without a slash.

    The only way to authenticate is a bearer token, and a password can be set over SCIM only
    where the server says so itself, so ``changePassword`` is not announced.
    """
    document: dict[str, object] = {
        "schemas": [urns.SERVICE_PROVIDER_CONFIG],
        "patch": {"supported": True},
        "bulk": {
            "supported": True,
            "maxOperations": limits.max_operations,
            "maxPayloadSize": limits.max_payload_size,
        },
        "filter": {"supported": True, "maxResults": limits.max_results},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": limits.default_page_size,
            "maxPageSize": limits.max_results,
            "cursorTimeout": limits.cursor_timeout,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token from the settings page, sent in the Authorization header.",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": f"{base_url}/ServiceProviderConfig",
        },
    }
    if documentation_url:
        document["documentationUri"] = documentation_url
    return document
