"""The demo identity provider's own key pair, made on the first start and kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_VALID_FOR = timedelta(days=3 * 365)


class KeyPair(NamedTuple):
    """Where the signing key and its certificate lie, both PEM."""

    key_file: Path
    certificate_file: Path


def load_or_make_key_pair(state: Path) -> KeyPair:
    """The key pair in ``state``, made there (RSA 3072, three years) when it is not yet.

    It must outlive restarts: the tenant has uploaded the certificate.
    """
    pair = KeyPair(state / "idp-key.pem", state / "idp-certificate.pem")
    if pair.key_file.exists() and pair.certificate_file.exists():
        return pair
    state.mkdir(parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    pair.key_file.touch(mode=0o600)
    pair.key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,  # What pysaml2 and npm's IdPs read.
            serialization.NoEncryption(),
        )
    )
    pair.certificate_file.write_bytes(
        _self_signed(key).public_bytes(serialization.Encoding.PEM),
    )
    return pair


def _self_signed(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Gatehouse demo identity provider")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID_FOR)
        .sign(key, hashes.SHA256())
    )
