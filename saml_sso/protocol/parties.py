"""The two parties of a trust, and the rules a tenant chose for it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from saml_sso.protocol.certificates import CertificateInfo
from saml_sso.protocol.names import Binding


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and the certificate that carries its public half, both PEM."""

    private_key_pem: str = field(repr=False)
    certificate_pem: str


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """One tenant's side of the trust.

    Attributes:
        entity_id: What an assertion's Audience must be.
        acs_url: The configured sign-on page URL; Destination and Recipient must equal it.
        slo_url: Where logout messages arrive, or nothing when Single Logout is off.
        key_pairs: The current key pair first: it signs. All of them decrypt, so that an IdP
            that still has the previous certificate keeps working during a rotation.
    """

    entity_id: str
    acs_url: str
    slo_url: str | None = None
    key_pairs: tuple[KeyPair, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """What is known of the tenant's identity provider.

    ``entity_id`` is nothing when only a certificate was uploaded: the certificate alone is then
    the trust, and the issuer is recorded, not compared.
    """

    entity_id: str | None
    certificates: tuple[CertificateInfo, ...]
    sso_url: str | None = None
    sso_binding: Binding = Binding.REDIRECT
    slo_url: str | None = None
    slo_response_url: str | None = None
    slo_binding: Binding = Binding.REDIRECT
    want_authn_requests_signed: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """What a tenant allows.

    Attributes:
        identifier_attribute: Name of the attribute that identifies the person; the NameID
            when it is nothing.
        max_lifetime: How far ahead of its IssueInstant an assertion may stay valid, and how old
            an IssueInstant may be. Entra ID can be configured to a day.
        clock_skew: How wrong either clock may be.
    """

    allow_idp_initiated: bool = True
    tolerate_unsolicited_in_response_to: bool = False
    refuse_expired_certificate: bool = False
    identifier_attribute: str | None = None
    clock_skew: timedelta = timedelta(seconds=180)
    max_lifetime: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """An AuthnRequest of ours that waits for its answer in the browser that was sent away.

    ``is_of_this_browser`` is false when another browser was sent away with it.
    """

    id: str
    issued_at: datetime
    expires_at: datetime
    force_authn: bool = False
    is_of_this_browser: bool = True
