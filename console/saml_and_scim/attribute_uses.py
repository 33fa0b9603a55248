"""Attributes that came in a response: which there are, and using one by click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saml_sso.services.attempts import sealed_detail
from saml_sso.services.offers import Course, offer
from saml_sso.wishes import Wish

if TYPE_CHECKING:
    from accounts.models import Tenant
    from saml_sso.models import SetUpLink, SignInAttempt

HIDDEN: Final = "•••"
ATTRIBUTE_USES: Final = (
    ("identifier_attribute", gettext_lazy("identifier")),
    ("given_name_attribute", gettext_lazy("given name")),
    ("family_name_attribute", gettext_lazy("family name")),
    ("display_name_attribute", gettext_lazy("display name")),
)
_LONGEST = 500
_CLAIMS: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_MEANINGS: Final = {
    "urn:oid:0.9.2342.19200300.100.1.3": gettext_lazy("e-mail address"),
    "urn:oid:0.9.2342.19200300.100.1.1": gettext_lazy("user id"),
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.6": gettext_lazy("principal name"),
    "urn:oid:2.5.4.3": gettext_lazy("common name"),
    "urn:oid:2.5.4.4": gettext_lazy("family name"),
    "urn:oid:2.5.4.42": gettext_lazy("given name"),
    "urn:oid:2.16.840.1.113730.3.1.241": gettext_lazy("display name"),
    f"{_CLAIMS}emailaddress": gettext_lazy("e-mail address"),
    f"{_CLAIMS}givenname": gettext_lazy("given name"),
    f"{_CLAIMS}name": gettext_lazy("user name"),
    f"{_CLAIMS}surname": gettext_lazy("family name"),
    f"{_CLAIMS}upn": gettext_lazy("principal name"),
    "http://schemas.microsoft.com/identity/claims/displayname": gettext_lazy("display name"),
}
"""What names mean that say nothing to a person: X.500's numbers, Microsoft's addresses."""


def masked_attributes(attempt: SignInAttempt) -> list[tuple[str, str]]:
    """Return the names of the attributes that came, and something in place of their values."""
    return [(name, HIDDEN) for name in sealed_detail(attempt)["attributes"]]


def shown_attributes(attributes: list[tuple[str, str]]) -> list[tuple[str, str, Any]]:
    """Return each attribute's name and value, and what a name means that does not say it."""
    return [(name, value, _MEANINGS.get(name, "")) for name, value in attributes]


def use_attribute(
    *, tenant: Tenant, use: str, attribute: str, link: SetUpLink | None = None
) -> str:
    """Take ``attribute`` for ``use`` from now on, and return a sentence that says so.

    While SAML is on, the holder of a set-up ``link`` only asks for it.

    Raises:
        Http404: There is no such use, or no attribute can be called so.
    """
    if use not in dict(ATTRIBUTE_USES) or not 0 < len(attribute) <= _LONGEST:
        raise Http404
    wish = Wish(attributes={use: attribute})
    if offer(tenant=tenant, wish=wish, link=link) is Course.WAITS:
        return _("“%(attribute)s” is used when a system admin has accepted it.") % {
            "attribute": attribute
        }
    return _("“%(attribute)s” is used from now on. Test again.") % {"attribute": attribute}
