"""What was read of a file, a text or an address, as a wish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from saml_sso.trust import load_trust
from saml_sso.wishes import Wish

if TYPE_CHECKING:
    from accounts.models import Tenant
    from saml_sso.protocol.candidates import Candidate
    from saml_sso.protocol.certificates import CertificateFile


@dataclass(slots=True)
class Reading:
    """What was read of what somebody gave us, before anything is stored."""

    candidate: Candidate | None = None
    certificate_file: CertificateFile | None = None
    metadata_url: str = ""

    def __bool__(self) -> bool:
        """Tell whether anything was given."""
        return self.candidate is not None or self.certificate_file is not None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about what was left out."""
        metadata = self.candidate.warnings if self.candidate else ()
        certificate = self.certificate_file.warnings if self.certificate_file else ()
        return (*metadata, *certificate)


def wish_of(*, tenant: Tenant, reading: Reading, entity_id: str, sso_url: str) -> Wish:
    """Return what somebody asks for who gave this.  Metadata says it all; a certificate adds.

    Args:
        tenant: Whose scope is active.
        reading: What a valid form has read; it may be empty.
        entity_id: What was typed; it counts when no metadata says it and it is new.
        sso_url: The same.
    """
    file = reading.certificate_file
    certificates = file.certificates if file is not None else ()
    if reading.candidate is not None:
        return Wish(
            identity_provider=reading.candidate.identity_provider,
            metadata_url=reading.metadata_url,
            certificates=certificates,
        )
    known = load_trust(tenant).idp
    typed = {"entity_id": entity_id, "sso_url": sso_url}
    details = {
        name: value for name, value in typed.items() if value != (getattr(known, name) or "")
    }
    return Wish(certificates=certificates, details=details)
