"""The forms in which people have a certificate, and the wrong files they upload instead."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    pkcs7,
)

from saml_sso.protocol.errors import CertificateError

MAX_FILE_BYTES: Final = 100_000
# Three dashes of however many, and nothing that is read twice: each character costs the same.
_PEM_MARKER: Final = re.compile(r"---[ \t]*+(BEGIN|END) ([A-Z0-9 ]++)[ \t]*+---")
_PRIVATE_KEY: Final = re.compile(r"---[ \t]*+BEGIN [A-Z0-9 ]*PRIVATE KEY")
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/=]")
_PKCS12_VERSION: Final = re.compile(
    rb"\x30(?:[\x00-\x7f]|\x81.|\x82..|\x83...|\x80)\x02\x01\x03\x30", re.DOTALL
)
_CERTIFICATE_LABELS: Final = frozenset({"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"})
_PICK_CERTIFICATE: Final = (
    "Upload the certificate your identity provider signs with: “X.509 certificate”, "
    "“Certificate (Base64)” or “Signing certificate” on its SAML page."
)


def find_certificates(data: bytes) -> list[x509.Certificate]:
    """Return every certificate in an uploaded file, in the file's order; at least one.

    Raises:
        CertificateError: The file holds none, or holds something that must never be uploaded.
    """
    if not data.strip():
        raise CertificateError("empty_file", "The file is empty.", _PICK_CERTIFICATE)
    if len(data) > MAX_FILE_BYTES:
        raise CertificateError(
            "too_large",
            f"The file has {len(data):,} bytes, far more than certificates need.",
            _PICK_CERTIFICATE,
        )
    text = _as_text(data)
    if text is not None:
        return _from_text(text)
    return _from_der(data)


def _as_text(data: bytes) -> str | None:
    """Return the file as text, or nothing when it is binary."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data.startswith(b"-") or data[:1].isspace() or not data.startswith(b"\x30\x82"):
        encoding = "utf-8-sig"
    else:
        return None
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        # A PEM file whose "text before" is in some other encoding is still a PEM file.
        return data.decode("latin-1") if b"-----BEGIN" in data else None
    return None if "\x00" in text else text


def _from_text(text: str) -> list[x509.Certificate]:
    _refuse_other_documents(text)
    # Copied out of JSON, a PEM file has its line ends written as \\n.
    text = text.replace("\\r", "").replace("\\n", "\n")
    blocks, outside = _pem_blocks(text)
    if _PRIVATE_KEY.search(text):
        raise _private_key()
    if any("---BEGIN" in part for part in (*outside, *(body for _, body in blocks))):
        raise CertificateError(
            "truncated",
            "The certificate is cut off: its END line is missing.",
            "Copy or download the whole certificate again, from BEGIN to END.",
        )
    certificates: list[x509.Certificate] = []
    for label, body in blocks:
        if label in _CERTIFICATE_LABELS or label.startswith("PKCS"):
            certificates += _from_der(_decode(body))
    if blocks and not certificates:
        raise _other_block(blocks[0][0])
    return certificates or _from_der(_decode(text))


def _pem_blocks(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the label and the body of each PEM block, and what stands before and after them."""
    blocks: list[tuple[str, str]] = []
    outside: list[str] = []
    begun: re.Match[str] | None = None
    position = 0
    for marker in _PEM_MARKER.finditer(text):
        if begun is None and marker[1] == "BEGIN":
            outside.append(text[position : marker.start()])
            begun, position = marker, marker.start()
        elif begun is not None and marker[1] == "END":
            blocks.append((begun[2].strip(), text[begun.end() : marker.start()].strip("-")))
            begun, position = None, marker.end()
    return blocks, [*outside, text[position:]]


def _refuse_other_documents(text: str) -> None:
    start = text.lstrip()[:2000].lower()
    if "<html" in start or start.startswith("<!doctype html"):
        raise CertificateError(
            "html_page",
            "This is an HTML page, not a certificate.",
            "Sign in to your identity provider and download the certificate itself; a page like "
            "this is often its sign-in page.",
        )
    if start.startswith("<") and "entit" in start and "descriptor" in start:
        raise CertificateError(
            "metadata",
            "This is a metadata file, not a certificate.",
            "Upload it in the metadata field: it holds the certificate and more.",
        )
    if start.startswith("<"):
        raise CertificateError(
            "xml_document", "This is an XML document, not a certificate.", _PICK_CERTIFICATE
        )
    if start.startswith(("{", "[")):
        raise CertificateError(
            "json_document", "This is a JSON document, not a certificate.", _PICK_CERTIFICATE
        )
    if start.startswith(("ssh-", "ecdsa-sha2-")):
        raise CertificateError(
            "ssh_key", "This is an SSH key, not a certificate.", _PICK_CERTIFICATE
        )


def _other_block(label: str) -> CertificateError:
    """Return the refusal of a PEM file that holds ``label`` and no certificate."""
    if "CERTIFICATE REQUEST" in label:
        return _signing_request()
    if "PUBLIC KEY" in label:
        return _public_key()
    return CertificateError(
        "no_certificate", f"The file holds “{label}”, not a certificate.", _PICK_CERTIFICATE
    )


def _decode(body: str) -> bytes:
    # Header fields of old PEM ("Proc-Type: …") and the odd quote or comma are no base64.
    lines = [line for line in body.splitlines() if ":" not in line]
    compact = "".join("".join(lines).split())
    if _NOT_BASE64.search(compact):
        raise unreadable()
    try:
        return base64.b64decode(compact.rstrip("=") + "=" * (-len(compact.rstrip("=")) % 4))
    except binascii.Error as error:
        raise unreadable() from error


def _from_der(data: bytes) -> list[x509.Certificate]:
    if data.startswith(b"-----BEGIN"):
        # Base64 of a whole PEM file, as Kubernetes secrets and some consoles give it.
        return _from_text(data.decode("latin-1"))
    readers: tuple[Callable[[bytes], list[x509.Certificate]], ...] = (
        lambda der: [x509.load_der_x509_certificate(der)],
        pkcs7.load_der_pkcs7_certificates,
    )
    for reader in readers:
        try:
            certificates = reader(data)
        except Exception:  # noqa: BLE001, S112 - each reader raises types of its own
            continue
        if certificates:
            return certificates
    raise _explain_der(data)


def _explain_der(data: bytes) -> CertificateError:
    """Return the refusal for binary data that is no certificate."""
    if _PKCS12_VERSION.match(data):
        return CertificateError(
            "pkcs12",
            "This is a PKCS #12 file (.p12, .pfx), which as a rule holds a private key.",
            "Keep it secret and upload only the certificate from it, for example with "
            "“openssl pkcs12 -in file.p12 -nokeys -clcerts”.",
        )
    guesses: tuple[tuple[Callable[[], object], Callable[[], CertificateError]], ...] = (
        (lambda: load_der_private_key(data, None), _private_key),
        (lambda: x509.load_der_x509_csr(data), _signing_request),
        (lambda: load_der_public_key(data), _public_key),
    )
    for read, refusal in guesses:
        try:
            read()
        except TypeError:
            # "Password was not given but private key is encrypted".
            return _private_key()
        except Exception:  # noqa: BLE001, S112 - not this kind of file
            continue
        return refusal()
    return unreadable()


def _private_key() -> CertificateError:
    return CertificateError(
        "private_key",
        "This is a private key. It must stay secret at your identity provider and was not stored.",
        "Upload the certificate that belongs to it, and consider the key exposed if this file "
        "was sent around: replace it.",
    )


def _signing_request() -> CertificateError:
    return CertificateError(
        "signing_request",
        "This is a certificate signing request, not yet a certificate.",
        _PICK_CERTIFICATE,
    )


def _public_key() -> CertificateError:
    return CertificateError(
        "public_key", "This is a public key without a certificate around it.", _PICK_CERTIFICATE
    )


def unreadable() -> CertificateError:
    """Return the refusal of what looks like a certificate and is none."""
    return CertificateError(
        "unreadable",
        "This cannot be read as a certificate.",
        "Download it again as PEM (also called Base64 or .crt/.pem) or DER (.cer), without "
        "opening and saving it in a word processor.",
    )
