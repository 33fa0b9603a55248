"""What both sides of a sign-on know of each other, whichever software the provider is."""

import base64
from dataclasses import dataclass
from typing import Protocol

import httpx2
from lxml import etree

from tests.support.html_forms import form_with_field


@dataclass(frozen=True)
class ServiceProviderFacts:
    """What a foreign identity provider is told of the service provider.

    Attributes:
        entity_id: The audience.
        acs_url: Where responses are posted.
        encryption_certificate: PEM; when given, assertions are encrypted for its key.
    """

    entity_id: str
    acs_url: str
    encryption_certificate: str = ""


@dataclass(frozen=True)
class PostedResponse:
    """The form by which an identity provider sends a browser to the ACS.

    Attributes:
        acs_url: The form's action.
        fields: ``SAMLResponse`` (base64) and, if the provider sends one, ``RelayState``.
    """

    acs_url: str
    fields: dict[str, str]

    @property
    def document(self) -> etree._Element:
        """The response, parsed."""
        return etree.fromstring(base64.b64decode(self.fields["SAMLResponse"]))


class ForeignIdentityProvider(Protocol):
    """A running identity provider that other people wrote."""

    @property
    def entity_id(self) -> str:
        """The issuer of its assertions."""

    @property
    def certificate(self) -> str:
        """What it signs with, PEM."""

    def metadata(self) -> str:
        """Its metadata document, fetched from it."""

    def idp_initiated(self, email: str) -> PostedResponse:
        """A response about ``email`` that nobody asked for."""

    def answer(self, redirect_url: str, email: str) -> PostedResponse:
        """The response to the AuthnRequest in ``redirect_url`` (HTTP-Redirect binding)."""


def posted_response(page: httpx2.Response) -> PostedResponse:
    """The response form in ``page``.

    Raises:
        AssertionError: The page holds none; the message shows the page.
    """
    form = form_with_field(page.text, "SAMLResponse")
    wanted = {"SAMLResponse", "RelayState"}
    return PostedResponse(
        form.action, {name: value for name, value in form.fields.items() if name in wanted}
    )
