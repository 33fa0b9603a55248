"""Storing what was read of a file, a text or an address, in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from saml_sso.services.configuration import (
    add_certificates,
    lock_settings,
    save_details,
    save_identity_provider,
)

if TYPE_CHECKING:
    from accounts.models import Tenant
    from saml_sso.forms.identity_provider import Reading


@transaction.atomic
def save_reading(*, tenant: Tenant, reading: Reading, entity_id: str, sso_url: str) -> None:
    """Trust what was read.  Metadata replaces what was known; a certificate comes beside it.

    Args:
        tenant: Whose scope is active.
        reading: What a valid form has read; it may be empty.
        entity_id: What was typed; it counts when no metadata says it.
        sso_url: The same.

    Raises:
        TooManyCertificatesError: There would be more than five certificates.
    """
    if reading.candidate is not None:
        save_identity_provider(tenant=tenant, idp=reading.candidate.identity_provider)
        row = lock_settings(tenant)
        row.metadata_url = reading.metadata_url
        row.metadata_refreshed_at = timezone.now() if reading.metadata_url else None
        row.save(update_fields=["metadata_url", "metadata_refreshed_at"])
    else:
        save_details(tenant=tenant, entity_id=entity_id, sso_url=sso_url)
    if reading.certificate_file is not None:
        add_certificates(tenant=tenant, certificates=reading.certificate_file.certificates)
