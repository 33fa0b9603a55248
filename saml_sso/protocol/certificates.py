"""The identity provider's signing certificates: what they say, and whether they may be trusted.

A certificate is trusted because an admin uploaded it, so its own signature (often SHA-1, nearly
always made by itself) proves nothing and is not looked at; the strength of its key is.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from saml_sso.protocol.certificate_files import find_certificates, unreadable
from saml_sso.protocol.chains import split_chain
from saml_sso.protocol.errors import CertificateError
from saml_sso.protocol.instants import spoken_date

MAX_CERTIFICATES: Final = 5
MIN_RSA_BITS: Final = 2048
MAX_RSA_BITS: Final = 16384
MIN_RSA_EXPONENT: Final = 3
MIN_EC_BITS: Final = 256


@dataclass(frozen=True, slots=True)
class CertificateInfo:
    """One signing certificate, as the page shows it and as signatures are checked with it.

    ``key`` stands for the public key alone, which several certificates may carry.
    """

    subject: str
    issuer: str
    algorithm: str
    fingerprint: str
    not_before: datetime
    not_after: datetime
    serial: str
    pem: str
    weakness: str = ""
    key: str = ""

    def is_current(self, now: datetime) -> bool:
        """Tell whether ``now`` is inside the certificate's validity."""
        return self.not_before <= now <= self.not_after

    def rank(self, now: datetime) -> tuple[int, float]:
        """Return where it stands among others: current, future, then expired, the latest first."""
        if self.is_current(now):
            return 0, 0.0
        if self.not_before > now:
            return 1, self.not_before.timestamp()
        return 2, -self.not_after.timestamp()


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """What a certificate file holds: usable certificates, and sentences about the others."""

    certificates: tuple[CertificateInfo, ...]
    warnings: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def describe_certificate(pem: str) -> CertificateInfo:
    """Return what a stored PEM certificate says; nothing is judged but the key's weakness.

    Raises:
        ValueError: This is not a certificate.
    """
    return describe(x509.load_pem_x509_certificate(pem.encode("ascii")))


def read_certificates(
    data: bytes, *, now: datetime, own_certificates: Iterable[str] = ()
) -> CertificateFile:
    """Read an uploaded file: PEM, DER, base64 without header lines, or PKCS #7.

    Args:
        data: The file's bytes.
        now: Certificates that are not valid yet, or not any more, are kept with a warning:
            identity providers announce the next one, and go on signing with an expired one.
        own_certificates: PEM certificates of ours; uploading one of them is a common mistake.

    Raises:
        CertificateError: Nothing in the file can be trusted; its message says what to do.
    """
    found, left_out = describe_leaves(find_certificates(data))
    usable = select_usable(found, now=now, own_certificates=own_certificates)
    return CertificateFile(usable.certificates, (*usable.warnings, *left_out))


def select_usable(
    found: Iterable[CertificateInfo], *, now: datetime, own_certificates: Iterable[str] = ()
) -> CertificateFile:
    """Keep the certificates that may be trusted, each once, at most five.

    Current ones come first, then those of the future, then the expired, the latest first; what is
    beyond five is left out, with a sentence. When a signature counts, the one who checks it says
    (:mod:`~saml_sso.protocol.signatures`).

    Raises:
        CertificateError: None is usable; the reason is the first one's.
    """
    own = {describe_certificate(pem).fingerprint for pem in own_certificates}
    usable: list[CertificateInfo] = []
    refused: list[CertificateError] = []
    for certificate in {info.fingerprint: info for info in found}.values():
        try:
            _require_usable(certificate, own_fingerprints=own)
        except CertificateError as error:
            refused.append(error)
        else:
            usable.append(certificate)
    if not usable:
        raise refused[0]
    usable.sort(key=lambda one: one.rank(now))
    kept, left_out = usable[:MAX_CERTIFICATES], usable[MAX_CERTIFICATES:]
    return CertificateFile(
        tuple(kept),
        (
            *(error.message() for error in refused),
            *(warning for one in kept if (warning := _validity_warning(one, now))),
            *map(_left_out, left_out),
        ),
    )


def _validity_warning(certificate: CertificateInfo, now: datetime) -> str:
    name = _shown_name(certificate)
    if certificate.not_before > now:
        return (
            f"The certificate “{name}” is not valid before {spoken_date(certificate.not_before)}; "
            "what it signs counts from then on."
        )
    if certificate.not_after >= now:
        return ""
    return (
        f"The certificate “{name}” expired on "
        f"{spoken_date(certificate.not_after)}. Create or activate a new signing certificate at "
        "your identity provider, and upload that one."
    )


def _left_out(certificate: CertificateInfo) -> str:
    return (
        f"The certificate “{_shown_name(certificate)}” ({certificate.fingerprint[:23]}…) was left "
        f"out: at most {MAX_CERTIFICATES} are kept. If your identity provider signs with it, "
        "upload that one alone."
    )


def _shown_name(certificate: CertificateInfo) -> str:
    return certificate.subject or certificate.fingerprint[:23]


def _require_usable(certificate: CertificateInfo, *, own_fingerprints: set[str]) -> None:
    name = _shown_name(certificate)
    if certificate.fingerprint in own_fingerprints:
        raise CertificateError(
            "own_certificate",
            "This is our own certificate, the one your identity provider encrypts to.",
            "Upload the certificate your identity provider signs with instead; look for "
            "“X.509 certificate” or “Certificate (Base64)” on its SAML page.",
        )
    if certificate.weakness:
        raise CertificateError(
            "weak_key",
            f"The certificate “{name}” has {certificate.weakness}.",
            "Create a new signing certificate at your identity provider with RSA of at least "
            "2048 bits (or elliptic curve P-256), and upload that one.",
        )


def describe_leaves(
    certificates: Sequence[x509.Certificate],
) -> tuple[list[CertificateInfo], list[str]]:
    """Return what those say that sign, of one KeyInfo or file, and sentences about the others.

    Raises:
        CertificateError: Check ``unreadable``.
    """
    leaves, authorities = split_chain(certificates)
    return [describe(one) for one in leaves], [
        f"The certificate “{_shown_name(describe(one))}” belongs to an authority that issued "
        "another one here; only the one that signs is kept."
        for one in authorities
    ]


def describe(certificate: x509.Certificate) -> CertificateInfo:
    """Return what a certificate says; nothing is judged but the key's weakness.

    Raises:
        CertificateError: Check ``unreadable``: its parts are read only here, and one is damaged.
    """
    try:
        return CertificateInfo(
            subject=_name(certificate.subject),
            issuer=_name(certificate.issuer),
            algorithm=_judge_key(certificate)[0],
            fingerprint=certificate.fingerprint(hashes.SHA256()).hex(":").upper(),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            serial=f"{certificate.serial_number:X}",
            pem=certificate.public_bytes(Encoding.PEM).decode("ascii"),
            weakness=_judge_key(certificate)[1],
            key=_digest_of_key(certificate),
        )
    except Exception as error:
        # OpenSSL's and the parser's errors have no common base.
        raise unreadable() from error


def _name(name: x509.Name) -> str:
    return name.rfc4514_string()


def _digest_of_key(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the public key; of the whole certificate if it cannot be read."""
    try:
        key = certificate.public_key()
        signed = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # noqa: BLE001 - OpenSSL's bindings raise several types here
        signed = certificate.tbs_certificate_bytes
    return hashlib.sha256(signed).hexdigest()


def _judge_key(certificate: x509.Certificate) -> tuple[str, str]:
    """Return the key's name, such as ``RSA 2048``, and what is weak about it, if anything."""
    try:
        key = certificate.public_key()
    except Exception as error:  # noqa: BLE001 - OpenSSL's bindings raise several types here
        return "unknown", f"a key that cannot be read ({type(error).__name__})"
    match key:
        case rsa.RSAPublicKey():
            return f"RSA {key.key_size}", _judge_rsa(key)
        case dsa.DSAPublicKey():
            weak = key.key_size < MIN_RSA_BITS
            return f"DSA {key.key_size}", f"a DSA key of {key.key_size} bits" if weak else ""
        case ec.EllipticCurvePublicKey():
            weak = key.key_size < MIN_EC_BITS
            name = f"EC {key.curve.name}"
            return name, f"an elliptic curve key of {key.key_size} bits" if weak else ""
        case _:
            kind = type(key).__name__.removesuffix("PublicKey").lstrip("_")
            return kind, f"a key ({kind}) that XML signatures cannot be checked with"


def _judge_rsa(key: rsa.RSAPublicKey) -> str:
    if key.key_size < MIN_RSA_BITS:
        return f"an RSA key of only {key.key_size} bits"
    if key.key_size > MAX_RSA_BITS:
        return f"an RSA key of {key.key_size} bits, which is too slow to check"
    if key.public_numbers().e < MIN_RSA_EXPONENT:
        return "an RSA key whose exponent makes it worthless"
    return ""
