"""Verifying the signature of a Redirect binding's query (SAML Bindings 3.4.4.1).

The bytes that were signed are given, so this needs no XML tool: with plain primitives every method
that XML signatures may have counts here, too.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa, utils

from saml_sso.protocol.certificates import CertificateInfo
from saml_sso.protocol.shape import SIGNATURE_METHODS

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def verify_query(
    query: bytes, signature: bytes, algorithm: str, certificates: Sequence[CertificateInfo]
) -> CertificateInfo | None:
    """Return the certificate whose key signed ``query``, or nothing when none of them did.

    ``algorithm`` is one of :data:`~saml_sso.protocol.shape.SIGNATURE_METHODS`; with another one
    nothing verifies.
    """
    if algorithm not in SIGNATURE_METHODS:
        return None
    method = algorithm.rpartition("#")[2].split("-")
    for certificate in certificates:
        key = _public_key(certificate.pem)
        if any(_verifies(query, form, method, key) for form in _forms(signature, key)):
            return certificate
    return None


@lru_cache(maxsize=256)
def _public_key(pem: str) -> object:
    return x509.load_pem_x509_certificate(pem.encode("ascii")).public_key()


def _forms(signature: bytes, key: object) -> Iterator[bytes]:
    """Return ``signature`` in each form in which primitives may take it.

    XML signatures write the two numbers of a DSA or ECDSA signature one after the other. Several
    identity providers hand on what their cryptographic library gives them instead, which is
    ASN.1; it says the same pair.
    """
    yield signature
    match key:
        case ec.EllipticCurvePublicKey():
            bits = key.key_size
        case dsa.DSAPublicKey():
            bits = key.parameters().parameter_numbers().q.bit_length()
        case _:
            return
    half = (bits + 7) // 8
    if len(signature) == 2 * half:
        numbers = (signature[:half], signature[half:])
        yield utils.encode_dss_signature(*(int.from_bytes(number, "big") for number in numbers))


def _verifies(query: bytes, signature: bytes, method: Sequence[str], key: object) -> bool:
    """Tell whether ``key`` made ``signature`` by the method, such as ``["rsa", "sha256"]``."""
    digest = next(_HASHES[part] for part in method if part in _HASHES)
    try:
        match key:
            case rsa.RSAPublicKey() if "MGF1" in method:
                # Its salt is as long as the digest (RFC 9231).
                pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
                key.verify(signature, query, pss, digest)
            case rsa.RSAPublicKey() if "rsa" in method:
                key.verify(signature, query, padding.PKCS1v15(), digest)
            case ec.EllipticCurvePublicKey() if "ecdsa" in method:
                key.verify(signature, query, ec.ECDSA(digest))
            case dsa.DSAPublicKey() if "dsa" in method:
                key.verify(signature, query, digest)
            case _:
                return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
