"""The Redirect binding, as identity providers write it."""

import base64
import zlib
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa, utils

from tests.support.saml import DSA_SHA256, ECDSA_SHA256, RSA_SHA256, PrivateKey


def redirect_query(
    parameters: dict[str, str],
    key: PrivateKey,
    *,
    method: str | None = None,
    as_asn1: bool = False,
) -> str:
    """Return a signed query of the Redirect binding (Bindings 3.4.4.1).

    Args:
        parameters: Names and values, in the order of the query.
        key: What signs; the method is the usual one of its kind, unless it is given.
        method: What SigAlg says.
        as_asn1: Write an elliptic or DSA signature as libraries do, not as XML signatures do.
    """
    method = method_of(key) if method is None else method
    signed = "&".join(
        f"{name}={quote(value, safe='')}"
        for name, value in (*parameters.items(), ("SigAlg", method))
    )
    return signed_query(signed, key, method=method, as_asn1=as_asn1)


def method_of(key: PrivateKey) -> str:
    """Return the usual method of a key's kind."""
    if isinstance(key, rsa.RSAPrivateKey):
        return RSA_SHA256
    return DSA_SHA256 if isinstance(key, dsa.DSAPrivateKey) else ECDSA_SHA256


def signed_query(
    signed: str, key: PrivateKey, *, method: str = RSA_SHA256, as_asn1: bool = False
) -> str:
    """Return ``signed``, exactly as it is, with its Signature parameter."""
    digest = _digest(method)
    data = signed.encode()
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        signature = key.sign(data, pss if "MGF1" in method else padding.PKCS1v15(), digest)
    elif isinstance(key, dsa.DSAPrivateKey):
        bits = key.parameters().parameter_numbers().q.bit_length()
        signature = _form(key.sign(data, digest), bits, as_asn1=as_asn1)
    else:
        signature = _form(key.sign(data, ec.ECDSA(digest)), key.key_size, as_asn1=as_asn1)
    return f"{signed}&Signature={quote(base64.b64encode(signature).decode(), safe='')}"


def _digest(method: str) -> hashes.HashAlgorithm:
    if "sha1" in method:
        return hashes.SHA1()  # noqa: S303 - to be refused
    return hashes.SHA512() if "sha512" in method else hashes.SHA256()


def _form(signature: bytes, bits: int, *, as_asn1: bool) -> bytes:
    if as_asn1:
        return signature
    return b"".join(
        number.to_bytes((bits + 7) // 8, "big") for number in utils.decode_dss_signature(signature)
    )


def deflated(xml: str) -> str:
    """Return ``xml`` deflated and in base64, as the Redirect binding carries it."""
    compressor = zlib.compressobj(wbits=-15)
    return base64.b64encode(compressor.compress(xml.encode()) + compressor.flush()).decode()
