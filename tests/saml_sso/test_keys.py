"""Our own keys: announced, used, rotated without an interruption."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import IdentityProviderSettings, ServiceProviderKey
from saml_sso.services.keys import ensure_key
from tests.saml_sso.test_settings_page import press
from tests.support.saml import NS
from tests.support.saml_party import Party, metadata_of, post_response

if TYPE_CHECKING:
    from accounts.models import Tenant, User

DO = "/console/security/saml-scim/do/"


def announced(client: Client) -> list[str]:
    """Return the certificates for encryption in our metadata, as PEM."""
    texts = [
        found.text or ""
        for found in metadata_of(client).iterfind(
            ".//md:KeyDescriptor[@use='encryption']//ds:X509Certificate", NS
        )
    ]
    return [f"-----BEGIN CERTIFICATE-----\n{t}\n-----END CERTIFICATE-----\n" for t in texts]


class TestKeys:
    def test_the_private_key_is_encrypted_at_rest(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            ensure_key(tenant=acme)
            stored = ServiceProviderKey.objects.get().private_key

        assert "PRIVATE KEY" not in stored

    def test_an_encrypted_assertion_is_read(self, bob: User, idp: Party, client: Client) -> None:
        to = announced(client)[0]

        assert post_response(client, idp.forge.but(encrypt_to=to)).status_code == 303

    def test_both_keys_decrypt_during_a_rotation(
        self, bob: User, alice: User, console: Client, idp: Party
    ) -> None:
        before = announced(console)[0]
        press(console, "make-next-key")
        both = announced(console)
        press(console, "use-next-key")

        assert len(both) == 2
        for certificate in both:
            message = idp.forge.but(encrypt_to=certificate)
            assert post_response(Client(), message).status_code == 303
        press(console, "remove-other-key")
        assert announced(console) == [pem for pem in both if pem != before]
        message = idp.forge.but(encrypt_to=before)
        assert post_response(Client(), message).status_code == 403

    def test_requests_are_signed_when_that_is_wanted(
        self, acme: Tenant, idp: Party, client: Client
    ) -> None:
        with tenant_scope(acme):
            IdentityProviderSettings.objects.update(want_authn_requests_signed=True)

        query = parse_qs(urlsplit(client.get("/saml/acme/")["Location"]).query)

        assert {"SAMLRequest", "SigAlg", "Signature"} <= set(query)
