"""A person and a group that nobody is, for previews of who may not see anybody real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provisioning.protocol.steps import Kind
from scim.protocol.urns import ENTERPRISE_USER

if TYPE_CHECKING:
    from collections.abc import Mapping

_PERSON: Final[Mapping[str, Any]] = {
    "id": "00000000-0000-7000-8000-000000000001",
    "externalId": "example-1",
    "userName": "robin.example@example.com",
    "displayName": "Robin Example",
    "name": {
        "givenName": "Robin",
        "familyName": "Example",
        "formatted": "Robin Example",
    },
    "emails": [{"type": "work", "value": "robin.example@example.com", "primary": True}],
    "phoneNumbers": [{"type": "work", "value": "+1 555 0100"}],
    "addresses": [{"type": "work", "locality": "Springfield", "country": "US"}],
    "title": "Example Engineer",
    "locale": "en-US",
    "preferredLanguage": "en",
    "timezone": "America/New_York",
    "active": True,
    "role": "member",
    "groups": ["Example group"],
    ENTERPRISE_USER: {
        "employeeNumber": "1001",
        "department": "Examples",
        "costCenter": "4410",
        "organization": "Example",
        "division": "Samples",
    },
}
_GROUP: Final[Mapping[str, Any]] = {
    "id": "00000000-0000-7000-8000-000000000002",
    "externalId": "example-group",
    "displayName": "Example group",
    "customAttributes": {},
}


def example_of(kind: Kind) -> Mapping[str, Any]:
    """Return the resource of somebody made up."""
    return _PERSON if kind is Kind.USER else _GROUP
