"""What one tenant trusts, read from the database at once, and known to be so still."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.secrets.encryption import SealError, unseal
from accounts.tenancy.scoping import TenantScopeMissingError, active_tenant_id
from saml_sso.addresses import logout_url, sign_on_page_url
from saml_sso.models import IdentityProviderSettings, ServiceProviderKey
from saml_sso.models.keys import PRIVATE_KEY
from saml_sso.protocol.certificates import describe_certificate
from saml_sso.protocol.names import Binding
from saml_sso.protocol.parties import IdentityProvider, KeyPair, Policy, ServiceProvider
from saml_sso.storage.trust_rows import read_trust_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from accounts.models import Tenant
    from saml_sso.protocol.certificates import CertificateInfo

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trust:
    """Both parties and the rules.

    Attributes:
        stamp: What every change of it changes, as it was when this was read.
        is_remembered: Whether it was read for an earlier message, so that it may have changed.
    """

    stamp: str
    tenant: Tenant
    settings: IdentityProviderSettings
    sp: ServiceProvider
    idp: IdentityProvider
    policy: Policy
    is_remembered: bool = False

    @property
    def is_configured(self) -> bool:
        """Whether a signature can be checked at all."""
        return bool(self.idp.certificates)


def load_trust(tenant: Tenant) -> Trust:
    """Return what ``tenant``, whose scope is active, trusts now; this takes one statement."""
    trust = find_trust(tenant.slug)
    if trust is None or trust.tenant.pk != active_tenant_id():
        raise TenantScopeMissingError(f"The active tenant is not {tenant.slug}.")
    return trust


def find_trust(slug: str) -> Trust | None:
    """Return what the tenant of this short name trusts now, whatever its plan includes."""
    found = read_trust_rows(slug)
    if found is None:
        return None
    row = found.settings or IdentityProviderSettings(tenant=found.tenant)
    certificates = tuple(describe_certificate(pem) for pem in found.pems)
    return Trust(
        stamp=found.stamp,
        tenant=found.tenant,
        settings=row,
        sp=service_provider(found.tenant, found.keys),
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


def service_provider(tenant: Tenant, keys: Sequence[tuple[str, str]]) -> ServiceProvider:
    """Return our side of the trust.

    Args:
        tenant: Whose addresses they are.
        keys: Encrypted private keys with their certificates; the one that signs comes first.
    """
    url = sign_on_page_url(tenant)
    return ServiceProvider(
        entity_id=url,
        acs_url=url,
        slo_url=logout_url(tenant),
        key_pairs=tuple(_readable(tenant, keys)),
    )


def _readable(tenant: Tenant, keys: Sequence[tuple[str, str]]) -> Iterator[KeyPair]:
    """Yield the key pairs that the secret key opens: without the others most sign-ins go on."""
    for key, certificate in keys:
        try:
            yield KeyPair(unseal(key.encode(), PRIVATE_KEY), certificate)
        except SealError as error:
            LOG.error("A private SAML key of tenant %s is left out: %s", tenant.slug, error)


def own_certificates() -> tuple[str, ...]:
    """Return our own certificates, which people upload by mistake."""
    return tuple(ServiceProviderKey.objects.values_list("certificate", flat=True))
