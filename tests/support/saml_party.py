"""An identity provider as a tenant meets it: its metadata, and its responses in a browser."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from lxml import etree

from accounts.signing_in.sessions import COLUMNS_KEY
from tests.support.saml import NS, Forge, certificate, pem, private_key

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpResponse

    from accounts.models import Tenant

REFERENCE = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")


@dataclass(frozen=True)
class Party:
    """A forge and the addresses it is known by."""

    forge: Forge
    sso_url: str
    slo_url: str = ""

    def metadata(self, **changes: Any) -> str:
        """Return metadata that describes this identity provider."""
        entity_id = changes.get("entity_id", self.forge.entity_id)
        use = changes.get("use", ' use="signing"')
        descriptors = "".join(
            f"<md:KeyDescriptor{use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
            f"{''.join(pem(cert).splitlines()[1:-1])}"
            "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            for cert in changes.get("certs", [changes.get("cert", self.forge.cert)])
        )
        logout = (
            '<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"'
            f' Location="{self.slo_url}"/>'
            if self.slo_url
            else ""
        )
        return (
            f'<md:EntityDescriptor xmlns:md="{NS["md"]}" xmlns:ds="{NS["ds"]}" '
            f'entityID="{entity_id}"><md:IDPSSODescriptor '
            f'protocolSupportEnumeration="{NS["samlp"]}"{changes.get("role", "")}>'
            f"{descriptors}{logout}<md:SingleSignOnService "
            'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
            f'Location="{changes.get("sso_url", self.sso_url)}"/>'
            "</md:IDPSSODescriptor></md:EntityDescriptor>"
        )


def party_of(slug: str) -> Party:
    """Return an identity provider for the tenant ``slug``, connected or not."""
    key = private_key("rsa2048", slug)
    url = f"{settings.BASE_URL}/saml/{slug}/"
    forge = Forge(
        entity_id=f"https://idp.{slug}.example/metadata",
        sp_entity_id=url,
        acs_url=url,
        key=key,
        cert=certificate(key),
        now=timezone.now(),
        name_id=f"bob@{slug}.example",
    )
    return Party(forge, f"https://login.{slug}.example/sso")


def connect(tenant: Tenant, folder: Path, party: Party) -> Party:
    """Connect ``tenant`` to its identity provider, as an operator does."""
    file = folder / f"{tenant.slug}.xml"
    file.write_text(party.metadata())
    call_command("configure_saml", tenant.slug, f"--metadata={file}", "--json")
    tenant.refresh_from_db()
    return party


def post_response(
    client: Client, message: Forge | str, path: str = "/saml/acme/", **extra: Any
) -> HttpResponse:
    """Bring a response to the ACS in ``client``'s browser."""
    encoded = message.encoded() if isinstance(message, Forge) else message
    fields = {"SAMLResponse": encoded, **extra.pop("fields", {})}
    return cast("HttpResponse", client.post(path, fields, **extra))


def person_in(client: Client) -> str | None:
    """Return the id of the person who is signed in in this browser."""
    return client.session.get("_auth_user_id")


def method_in(client: Client) -> str:
    """Return how the person in this browser has signed in."""
    return str(client.session.get(COLUMNS_KEY, {}).get("method", ""))


def request_in(location: str) -> etree._Element:
    """Return the message that a redirect to the identity provider carries."""
    query = parse_qs(urlsplit(location).query)
    return etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), wbits=-15))


def refused(client: Client, response: Any) -> str:
    """Check that the response was refused as every one is; return the page's reference."""
    page = response.content.decode()
    found = REFERENCE.search(page)
    assert response.status_code == 403, page
    assert person_in(client) is None
    assert found, page
    return found.group()


def metadata_of(client: Client, path: str = "/saml/acme/metadata") -> etree._Element:
    """Return our metadata as the identity provider reads it."""
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/samlmetadata+xml"
    return etree.fromstring(response.content)
