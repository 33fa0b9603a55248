"""A SAML identity provider made of pysaml2: metadata, signed responses, AuthnRequests."""

import base64
import threading
import warnings
from dataclasses import dataclass
from typing import Final

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.md import AssertionConsumerService, EntityDescriptor, SPSSODescriptor
from saml2.metadata import entity_descriptor
from saml2.saml import AUTHN_PASSWORD_PROTECTED, NAME_FORMAT_URI, NAMEID_FORMAT_EMAILADDRESS, NameID
from saml2.samlp import NAMESPACE
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

from demo.keys import KeyPair
from demo.people import Person
from demo.xmlsec_backend import XmlsecBackend

with warnings.catch_warnings():
    # pysaml2 names a cipher mode (unused here) that cryptography has moved.
    warnings.filterwarnings("ignore", message="CFB has been moved")
    from saml2.server import Server

ENTITY_ID: Final = "https://idp.acme.example/demo"
"""Stays the same when the port changes, so that a tenant need not be connected again."""

_MINUTES_A_RESPONSE_IS_GOOD_FOR: Final = 5


class AuthnRequestRefusedError(Exception):
    """The AuthnRequest cannot be answered; the message says why."""


@dataclass(frozen=True)
class AuthnRequest:
    """What this identity provider takes from an AuthnRequest (SAML 2.0 Core, 3.4.1)."""

    request_id: str
    issuer: str
    assertion_consumer_service_url: str | None


class IdentityProvider:
    """Signs in whoever is asked for: there is no password here, on purpose.

    Args:
        base_url: Where this provider is reached, without a trailing slash.
        key_pair: What it signs with.
    """

    def __init__(self, base_url: str, key_pair: KeyPair) -> None:
        self._config = IdPConfig().load(
            {
                "entityid": ENTITY_ID,
                "name": "Gatehouse demo identity provider",
                # Chosen because it needs no program; the backend below replaces it at once.
                "crypto_backend": "XMLSecurity",
                "key_file": str(key_pair.key_file),
                "cert_file": str(key_pair.certificate_file),
                "metadata": {"inline": []},
                "service": {
                    "idp": {
                        "endpoints": {
                            "single_sign_on_service": [
                                (f"{base_url}/sso", BINDING_HTTP_REDIRECT),
                                (f"{base_url}/sso", BINDING_HTTP_POST),
                            ],
                        },
                        "name_id_format": [NAMEID_FORMAT_EMAILADDRESS],
                        "want_authn_requests_signed": False,
                        "signing_algorithm": SIG_RSA_SHA256,
                        "digest_algorithm": DIGEST_SHA256,
                        "policy": {
                            "default": {
                                "lifetime": {"minutes": _MINUTES_A_RESPONSE_IS_GOOD_FOR},
                                "name_form": NAME_FORMAT_URI,
                            }
                        },
                    }
                },
            }
        )
        self._server = Server(config=self._config)
        self._server.sec.crypto = XmlsecBackend()
        self._introduced: set[str] = set()
        self._lock = threading.Lock()  # pysaml2's session store is a plain dictionary.

    def metadata(self) -> str:
        """The EntityDescriptor to upload at the service provider."""
        return str(entity_descriptor(self._config))

    def signed_response(
        self,
        person: Person,
        *,
        assertion_consumer_service_url: str,
        sp_entity_id: str,
        in_response_to: str | None = None,
    ) -> str:
        """A base64 Response about ``person``, response and assertion signed, good for 5 minutes.

        Without ``in_response_to`` it is IdP-initiated (SAML 2.0 Profiles, 4.1.5).
        """
        with self._lock:
            self._introduce(sp_entity_id, assertion_consumer_service_url)
            response = self._server.create_authn_response(
                identity={
                    "mail": [person.email],
                    "givenName": [person.given_name],
                    "sn": [person.family_name],
                },
                in_response_to=in_response_to,
                destination=assertion_consumer_service_url,
                sp_entity_id=sp_entity_id,
                name_id=NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=person.email),
                authn={"class_ref": AUTHN_PASSWORD_PROTECTED, "authn_auth": ENTITY_ID},
                sign_response=True,
                sign_assertion=True,
                sign_alg=SIG_RSA_SHA256,
                digest_alg=DIGEST_SHA256,
            )
        return base64.b64encode(str(response).encode()).decode()

    def _introduce(self, sp_entity_id: str, assertion_consumer_service_url: str) -> None:
        """Give pysaml2 the metadata without which it answers no service provider."""
        if sp_entity_id in self._introduced:
            return
        acs = AssertionConsumerService(
            binding=BINDING_HTTP_POST, location=assertion_consumer_service_url, index="0"
        )
        descriptor = SPSSODescriptor(
            protocol_support_enumeration=NAMESPACE, assertion_consumer_service=[acs]
        )
        entity = EntityDescriptor(entity_id=sp_entity_id, spsso_descriptor=descriptor)
        self._server.metadata.load("inline", str(entity))
        self._introduced.add(sp_entity_id)

    def read_authn_request(self, message: str, *, binding: str) -> AuthnRequest:
        """The AuthnRequest in ``message``, as it came in ``SAMLRequest``.

        Its signature, if any, is not checked: the answer goes only to the connected tenant.

        Raises:
            AuthnRequestRefusedError: It cannot be read, is too old, or is meant for another.
        """
        try:
            parsed = self._server.parse_authn_request(message, binding)
        except Exception as error:  # pysaml2's exceptions share no base class.
            raise AuthnRequestRefusedError(f"The AuthnRequest is refused: {error!r}") from error
        if parsed is None or parsed.message is None or parsed.message.issuer is None:
            raise AuthnRequestRefusedError("The AuthnRequest is empty or names no issuer.")
        if not parsed.issue_instant_ok():  # pysaml2 checks it too, and ignores the result.
            raise AuthnRequestRefusedError("The AuthnRequest was issued more than a day ago.")
        return AuthnRequest(
            request_id=parsed.message.id,
            issuer=parsed.message.issuer.text.strip(),
            assertion_consumer_service_url=parsed.message.assertion_consumer_service_url,
        )
