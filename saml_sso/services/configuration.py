"""Saying who the identity provider is: from metadata, from a certificate, or by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.signing_in.sign_in import end_sessions_of_tenant
from accounts.trail import audit
from accounts.trail.changes import changes
from saml_sso.errors import SAMLSettingsError, TooManyCertificatesError
from saml_sso.models import IdentityProviderCertificate, IdentityProviderSettings
from saml_sso.protocol.candidates import diff_identity_provider, is_another_party
from saml_sso.protocol.certificates import MAX_CERTIFICATES
from saml_sso.services.announcing import announced
from saml_sso.trust import load_trust

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Tenant
    from saml_sso.protocol.certificates import CertificateInfo
    from saml_sso.protocol.parties import IdentityProvider

METHOD = "saml"
"""The ``method`` of sessions that began with SAML."""


def lock_settings(tenant: Tenant) -> IdentityProviderSettings:
    """Return the tenant's row, made if need be and locked until the transaction ends."""
    IdentityProviderSettings.objects.get_or_create(tenant=tenant)
    return IdentityProviderSettings.objects.select_for_update().get()


@announced
def save_identity_provider(
    *, tenant: Tenant, idp: IdentityProvider, metadata_url: str | None = None
) -> None:
    """Trust ``idp``, and nobody else, from now on; nothing happens when that is so already.

    SAML sessions end when this is another identity provider than before, but that of the admin
    who wants it.

    Args:
        tenant: Whose scope is active.
        idp: Whom to trust.
        metadata_url: Where it was read and is read again; nothing leaves the address as it is.
    """
    row = lock_settings(tenant)
    before = load_trust(tenant).idp
    if metadata_url is not None and metadata_url != row.metadata_url:
        row.metadata_url = metadata_url
        row.metadata_refreshed_at = timezone.now() if metadata_url else None
    row.metadata_problem = ""
    if not diff_identity_provider(before, idp):
        row.save(update_fields=["metadata_url", "metadata_refreshed_at", "metadata_problem"])
        return
    if row.entity_id != (idp.entity_id or ""):
        row.issuer_pinned_at = None
    row.entity_id = idp.entity_id or ""
    row.sso_url, row.sso_binding = idp.sso_url or "", idp.sso_binding.value
    row.slo_url, row.slo_binding = idp.slo_url or "", idp.slo_binding.value
    row.slo_response_url = idp.slo_response_url or ""
    row.want_authn_requests_signed = idp.want_authn_requests_signed
    _replace_certificates(idp.certificates)
    if is_another_party(before, idp):
        end_sessions_of_tenant(tenant=tenant, methods=[METHOD])
    save_revision(row)
    audit.record(
        "saml.identity_provider_saved",
        tenant,
        **changes(_told(before), _told(idp)),
    )


@announced
def add_certificates(*, tenant: Tenant, certificates: Iterable[CertificateInfo]) -> None:
    """Trust ``certificates`` beside those that are there; known ones are left alone.

    Raises:
        TooManyCertificatesError: There would be more than five.
    """
    row = lock_settings(tenant)
    known = set(IdentityProviderCertificate.objects.values_list("fingerprint", flat=True))
    new = [certificate for certificate in certificates if certificate.fingerprint not in known]
    if len(known) + len(new) > MAX_CERTIFICATES:
        raise TooManyCertificatesError(
            _("At most %(most)d certificates are kept. First remove one that is no longer used.")
            % {"most": MAX_CERTIFICATES}
        )
    if not new:
        return
    _create_certificates(new)
    save_revision(row)
    audit.record(
        "saml.certificates_added", tenant, certificates=[added.fingerprint for added in new]
    )


@announced
def remove_certificate(*, tenant: Tenant, fingerprint: str) -> None:
    """Stop trusting a certificate, from the next message on in every worker.

    Raises:
        SAMLSettingsError: It is not trusted, or it is the last one while SAML is on.
    """
    row = lock_settings(tenant)
    found = IdentityProviderCertificate.objects.filter(fingerprint=fingerprint)
    if not found.exists():
        raise SAMLSettingsError(
            _("This certificate is not here any more: somebody has removed it already.")
        )
    others = IdentityProviderCertificate.objects.exclude(fingerprint=fingerprint)
    if tenant.saml_enabled and not others.exists():
        raise SAMLSettingsError(
            _("This is the only certificate. Add the next one first, or switch SAML off.")
        )
    found.delete()
    save_revision(row)
    audit.record("saml.certificate_removed", tenant, fingerprint=fingerprint)


def _told(idp: IdentityProvider) -> dict[str, Any]:
    """Return what the audit trail keeps of an identity provider, by the columns of our row."""
    return {
        "entity_id": idp.entity_id or "",
        "sso_url": idp.sso_url or "",
        "sso_binding": idp.sso_binding.value,
        "slo_url": idp.slo_url or "",
        "slo_binding": idp.slo_binding.value,
        "slo_response_url": idp.slo_response_url or "",
        "want_authn_requests_signed": idp.want_authn_requests_signed,
        "certificates": [certificate.fingerprint for certificate in idp.certificates],
    }


def save_revision(row: IdentityProviderSettings) -> None:
    """Save a change that can change the outcome of a sign-in: earlier tests no longer count."""
    row.revision += 1
    row.save()


def _replace_certificates(certificates: Iterable[CertificateInfo]) -> None:
    wanted = {certificate.fingerprint: certificate for certificate in certificates}
    IdentityProviderCertificate.objects.exclude(fingerprint__in=wanted).delete()
    known = set(IdentityProviderCertificate.objects.values_list("fingerprint", flat=True))
    _create_certificates(info for name, info in wanted.items() if name not in known)


def _create_certificates(certificates: Iterable[CertificateInfo]) -> None:
    for certificate in certificates:
        IdentityProviderCertificate.objects.create(
            fingerprint=certificate.fingerprint,
            pem=certificate.pem,
            not_after=certificate.not_after,
            added=timezone.now(),
        )
