"""An identity provider that signs as many responses as a round can use, each of them once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.support.saml import Forge, certificate, pem, private_key

if TYPE_CHECKING:
    from pathlib import Path

ENTITY_ID = "https://idp.acme.example/metadata"
"""The identity provider of the benchmarks."""

CERTIFICATE_VARIABLE = "BENCHMARKS_IDP_CERTIFICATE"
"""The environment variable with its certificate, as PEM."""

_METADATA = (
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
    'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{entity_id}">'
    '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
    '<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}'
    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
    'Location="https://login.acme.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>'
)


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """Signs for a service provider that is served at ``port``."""

    forge: Forge
    certificate: str
    base_url: str
    port: int

    @property
    def metadata(self) -> str:
        """What the tenant is connected with."""
        encoded = "".join(self.certificate.splitlines()[1:-1])
        return _METADATA.format(entity_id=ENTITY_ID, certificate=encoded)

    def write_forms(self, file: Path, path: str, *, users: int, how_many: int) -> None:
        """Write forms for the ACS at ``path``, one a line, about one active user after another.

        They are good for five minutes from now.
        """
        address = f"{self.base_url}{path}"
        forge = self.forge.but(
            sp_entity_id=address, acs_url=address, now=datetime.now(UTC).replace(microsecond=0)
        )
        with file.open("w") as lines:
            for number in range(how_many):
                name = f"user{2 * number % users + 1}@acme.example"  # Odd numbers are active.
                form = urlencode({"SAMLResponse": forge.but(name_id=name).encoded()})
                lines.write(f"{form}\n")


def identity_provider(base_url: str, port: int) -> IdentityProvider:
    """Return a new identity provider, with a key of its own."""
    key = private_key()
    cert = certificate(key)
    forge = Forge(
        entity_id=ENTITY_ID,
        sp_entity_id=base_url,
        acs_url=base_url,
        key=key,
        cert=cert,
        now=datetime.now(UTC),
        attributes={
            "mail": ("ada@acme.example",),
            "givenName": ("Ada",),
            "sn": ("Byron",),
        },
        sign="assertion",
    )
    return IdentityProvider(forge, pem(cert), base_url, port)
