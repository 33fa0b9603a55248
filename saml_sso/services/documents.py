"""Reading what an admin uploads, with what only this tenant knows about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saml_sso.addresses import sign_on_page_url
from saml_sso.protocol.candidates import choose
from saml_sso.protocol.certificates import CertificateFile, read_certificates
from saml_sso.protocol.metadata import read_metadata
from saml_sso.trust import own_certificates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import Tenant
    from saml_sso.protocol.candidates import Candidate


def read_metadata_file(*, tenant: Tenant, data: bytes, now: datetime) -> tuple[Candidate, ...]:
    """Return the identity providers of a metadata document.

    Raises:
        MetadataError: It describes none that can be used; the message says what to do.
    """
    return read_metadata(
        data,
        now=now,
        own_entity_id=sign_on_page_url(tenant),
        own_certificates=own_certificates(),
    )


def read_certificate_file(*, data: bytes, now: datetime) -> CertificateFile:
    """Return the certificates of a file, by the same rules as those of metadata.

    Raises:
        CertificateError: It holds none that can be trusted; the message says what to do.
    """
    return read_certificates(data, now=now, own_certificates=own_certificates())


def the_one(candidates: Sequence[Candidate], *, entity_id: str | None) -> Candidate:
    """Return the only identity provider, or the one with ``entity_id``.

    Raises:
        MetadataError: There are several, or it is not among them.
    """
    return choose(candidates, entity_id=entity_id or None)
