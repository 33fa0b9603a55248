"""What one tenant trusts, read from the database at once for one message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.encryption import unseal
from saml_sso.addresses import logout_url, sign_on_page_url
from saml_sso.models import (
    IdentityProviderCertificate,
    IdentityProviderSettings,
    ServiceProviderKey,
)
from saml_sso.protocol.certificates import describe_certificate
from saml_sso.protocol.names import Binding
from saml_sso.protocol.parties import IdentityProvider, KeyPair, Policy, ServiceProvider

if TYPE_CHECKING:
    from accounts.models import Tenant
    from saml_sso.protocol.certificates import CertificateInfo


@dataclass(frozen=True, slots=True)
class Trust:
    """Both parties and the rules; nothing is cached, so a removed certificate is gone at once."""

    settings: IdentityProviderSettings
    sp: ServiceProvider
    idp: IdentityProvider
    policy: Policy

    @property
    def is_configured(self) -> bool:
        """Whether a signature can be checked at all."""
        return bool(self.idp.certificates)


def load_trust(tenant: Tenant) -> Trust:
    """Return what ``tenant``, whose scope is active, trusts now."""
    row = IdentityProviderSettings.objects.first() or IdentityProviderSettings(tenant=tenant)
    certificates = tuple(
        describe_certificate(pem)
        for pem in IdentityProviderCertificate.objects.values_list("pem", flat=True)
    )
    return Trust(
        settings=row,
        sp=service_provider(tenant),
        idp=identity_provider(row, certificates),
        policy=Policy(
            allow_idp_initiated=row.allow_idp_initiated,
            tolerate_unsolicited_in_response_to=row.tolerate_in_response_to,
            refuse_expired_certificate=row.refuse_expired_certificates,
            identifier_attribute=row.identifier_attribute or None,
        ),
    )


def identity_provider(
    row: IdentityProviderSettings, certificates: tuple[CertificateInfo, ...]
) -> IdentityProvider:
    """Return the identity provider as the protocol code knows it."""
    return IdentityProvider(
        entity_id=row.entity_id or None,
        certificates=certificates,
        sso_url=row.sso_url or None,
        sso_binding=Binding(row.sso_binding),
        slo_url=row.slo_url or None,
        slo_response_url=row.slo_response_url or None,
        slo_binding=Binding(row.slo_binding),
        want_authn_requests_signed=row.want_authn_requests_signed,
    )


def service_provider(tenant: Tenant) -> ServiceProvider:
    """Return our side of the trust, with the key that signs first."""
    url = sign_on_page_url(tenant)
    keys = sorted(ServiceProviderKey.objects.all(), key=lambda key: key.use)
    return ServiceProvider(
        entity_id=url,
        acs_url=url,
        slo_url=logout_url(tenant),
        # "current" sorts before "next" and "previous".
        key_pairs=tuple(KeyPair(unseal(key.private_key.encode()), key.certificate) for key in keys),
    )


def own_certificates() -> tuple[str, ...]:
    """Return our own certificates, which people upload by mistake."""
    return tuple(ServiceProviderKey.objects.values_list("certificate", flat=True))
