"""Key pairs for the service provider's side: to sign requests and to decrypt assertions."""

from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from saml_sso.protocol.parties import KeyPair

KEY_BITS: Final = 3072
# Identity providers hold a copy of this certificate; it is replaced by rotation, not by expiry.
VALIDITY: Final = timedelta(days=3652)
_CLOCKS_DIFFER: Final = timedelta(days=1)
_MAX_COMMON_NAME: Final = 64


def make_key_pair(*, common_name: str, now: datetime, bits: int = KEY_BITS) -> KeyPair:
    """Return a new RSA key and its self-signed certificate, valid for ten years from ``now``.

    The private key is not encrypted here; whoever stores it does that.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:_MAX_COMMON_NAME])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return KeyPair(
        private_key_pem=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(
            "ascii"
        ),
        certificate_pem=certificate.public_bytes(Encoding.PEM).decode("ascii"),
    )
