"""The Redirect binding, as identity providers write it."""

import base64
import zlib
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.support.saml import RSA_SHA256, PrivateKey


def redirect_query(parameters: dict[str, str], key: PrivateKey, *, method: str = RSA_SHA256) -> str:
    """Return a signed query of the Redirect binding (Bindings 3.4.4.1), RSA only."""
    signed = "&".join(
        f"{name}={quote(value, safe='')}"
        for name, value in (*parameters.items(), ("SigAlg", method))
    )
    return signed_query(signed, key, method=method)


def signed_query(signed: str, key: PrivateKey, *, method: str = RSA_SHA256) -> str:
    """Return ``signed``, exactly as it is, with its Signature parameter."""
    assert isinstance(key, rsa.RSAPrivateKey)
    digest = hashes.SHA1() if method.endswith("sha1") else hashes.SHA256()  # noqa: S303
    signature = key.sign(signed.encode(), padding.PKCS1v15(), digest)
    return f"{signed}&Signature={quote(base64.b64encode(signature).decode(), safe='')}"


def deflated(xml: str) -> str:
    """Return ``xml`` deflated and in base64, as the Redirect binding carries it."""
    compressor = zlib.compressobj(wbits=-15)
    return base64.b64encode(compressor.compress(xml.encode()) + compressor.flush()).decode()
