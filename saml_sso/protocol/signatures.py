"""Whose signature counts: only a certificate's that the tenant uploaded, and that still may."""

import base64
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from lxml import etree

from saml_sso.protocol.certificates import CertificateInfo
from saml_sso.protocol.errors import MessageError, Trace
from saml_sso.protocol.instants import spoken_date
from saml_sso.protocol.names import ds
from saml_sso.protocol.parties import IdentityProvider, Policy
from saml_sso.protocol.xmldsig import verify_signature


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to believe, and when."""

    idp: IdentityProvider
    policy: Policy
    now: datetime
    trace: Trace

    def candidates(self) -> list[CertificateInfo]:
        """Return the certificates, those first whose signature counts now.

        The same key may be in an expired certificate and in its renewal, which may be of the
        future.
        """
        ahead = self.now + self.policy.clock_skew
        return sorted(
            self.idp.certificates,
            key=lambda one: 2 if one.not_before > ahead else one.not_after < self.now,
        )


def verify_if_signed(element: etree._Element, trust: Trust) -> CertificateInfo | None:
    """Return the certificate that signed ``element``, or nothing when it carries no signature.

    The caller has checked the document's shape.

    Raises:
        MessageError: It carries a signature that does not count. Checks ``signature``,
            ``certificate``.
    """
    signature = element.find(ds("Signature"))
    if signature is None:
        return None
    certificate = verify_signature(signature, element, trust.candidates())
    name = etree.QName(element).localname
    if certificate is None:
        raise MessageError(
            "signature",
            expected=f"the {name} signed with "
            + (_fingerprints(trust.idp.certificates) or "a certificate, but none is uploaded"),
            got=_claimed_certificate(signature),
            remedy="If the fingerprint that came is the one your identity provider shows for its "
            "current signing certificate, add that certificate in step 2. If it is one you "
            "have uploaded, the message was changed on its way.",
        )
    note_signature(name, certificate, trust)
    require_certificate_in_force(certificate, trust)
    return certificate


def note_signature(what: str, certificate: CertificateInfo, trust: Trust) -> None:
    """Record that ``what`` carries a valid signature; whether it counts is another question."""
    trust.trace.require(
        "signature",
        passed=True,
        expected=f"the {what} signed with an uploaded certificate",
        got=f"signed with {certificate.fingerprint}",
        remedy="",
    )


def require_certificate_in_force(certificate: CertificateInfo, trust: Trust) -> None:
    """Require a strong key and a certificate that is valid, or merely expired and tolerated.

    Raises:
        MessageError: Check ``certificate``.
    """
    remedy = (
        "Create or activate a new signing certificate at the identity provider and add it in "
        "step 2."
    )
    trust.trace.require(
        "certificate",
        passed=not certificate.weakness,
        expected="a strong signing key",
        got=certificate.weakness or certificate.algorithm,
        remedy=remedy,
    )
    trust.trace.require(
        "certificate",
        passed=certificate.not_before <= trust.now + trust.policy.clock_skew,
        expected="a certificate that is valid now",
        got=f"valid from {spoken_date(certificate.not_before)}",
        remedy=remedy,
    )
    if certificate.not_after >= trust.now:
        return
    expired = f"expired on {spoken_date(certificate.not_after)}"
    if trust.policy.refuse_expired_certificate:
        raise MessageError(
            "certificate",
            expected="a certificate that is valid now",
            got=expired,
            remedy=f"{remedy} Until then, “Refuse signatures of an expired certificate” under "
            "“Rules and attributes” can be switched off.",
        )
    trust.trace.warn(
        "certificate", expected="a certificate that is valid now", got=expired, remedy=remedy
    )


def _fingerprints(certificates: tuple[CertificateInfo, ...]) -> str:
    return " or ".join(certificate.fingerprint for certificate in certificates)


def _claimed_certificate(signature: etree._Element) -> str:
    """Return what the message says it was signed with; it may lie and is only shown."""
    claimed = signature.find(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}")
    try:
        der = base64.b64decode(
            "".join(((claimed.text if claimed is not None else "") or "").split())
        )
        digest = x509.load_der_x509_certificate(der).fingerprint(hashes.SHA256())
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the sender wrote it
        return "a signature that does not verify"
    return f"a signature that does not verify, said to be by {digest.hex(':').upper()}"
