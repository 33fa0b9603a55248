"""Certificate files: what people have, and what they upload by mistake."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import NameOID

from saml_sso.protocol.certificates import describe_certificate, read_certificates
from saml_sso.protocol.errors import CertificateError
from tests.support.saml import certificate, der, pem, private_key, private_pem
from tests.support.saml_trust import NOW, service_provider_keys

KEY = private_key()
CERT = certificate(KEY)
PEM = pem(CERT)
BARE = "".join(PEM.splitlines()[1:-1])
ENCRYPTED_KEY = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.BestAvailableEncryption(b"secret"),
)
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])


READABLE = {
    "PEM": PEM.encode(),
    "PEM with CRLF": PEM.replace("\n", "\r\n").encode(),
    "PEM with CR": PEM.replace("\n", "\r").encode(),
    "PEM with a byte order mark": b"\xef\xbb\xbf" + PEM.encode(),
    "PEM in UTF-16": PEM.encode("utf-16"),
    "PEM on one line": PEM.replace("\n", "").encode(),
    "PEM with indented lines": PEM.replace("\n", "\n   ").encode(),
    "PEM with text before": b"Bag Attributes\n  friendlyName: idp\nsubject=CN=idp\n" + PEM.encode(),
    "PEM with text before in Latin-1": "Schlüssel für uns\n".encode("latin-1") + PEM.encode(),
    "PEM without a last newline": PEM.strip().encode(),
    "DER": der(CERT),
    "bare base64": BARE.encode(),
    "bare base64 in lines": "\n".join(PEM.splitlines()[1:-1]).encode(),
    "bare base64 with CRLF and spaces": ("\r\n " + BARE + " \r\n").encode(),
    "base64 of PEM": base64.b64encode(PEM.encode()),
    "trusted PEM": PEM.replace("BEGIN CERT", "BEGIN X509 CERT")
    .replace("END CERT", "END X509 CERT")
    .encode(),
    "PKCS 7 in PEM": pkcs7.serialize_certificates([CERT], serialization.Encoding.PEM),
    "PKCS 7 in DER": pkcs7.serialize_certificates([CERT], serialization.Encoding.DER),
    "the same twice": 2 * PEM.encode(),
    "a public key beside the certificate": KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    + PEM.encode(),
}


@pytest.mark.parametrize("data", READABLE.values(), ids=READABLE.keys())
def test_every_form_of_a_certificate_is_read(data: bytes) -> None:
    read = read_certificates(data, now=NOW)

    assert [info.pem for info in read.certificates] == [PEM]
    assert read.warnings == ()


def test_a_certificate_says_what_the_page_shows() -> None:
    info = read_certificates(PEM.encode(), now=NOW).certificates[0]

    assert info.subject == "CN=idp.example"
    assert info.algorithm == "RSA 2048"
    assert info.fingerprint == CERT.fingerprint(hashes.SHA256()).hex(":").upper()
    assert info.not_after == datetime(2045, 1, 1, tzinfo=UTC)
    assert info.is_current(NOW)
    assert info == describe_certificate(PEM)


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [("rsa3072", "RSA 3072"), ("dsa2048", "DSA 2048"), ("p256", "EC secp256r1")],
)
def test_other_strong_keys_are_read(kind: str, algorithm: str) -> None:
    data = pem(certificate(private_key(kind))).encode()

    assert read_certificates(data, now=NOW).certificates[0].algorithm == algorithm


def test_a_self_signature_with_sha_384_or_an_old_hash_proves_nothing() -> None:
    data = pem(certificate(KEY, signature_hash=hashes.SHA384())).encode()

    assert read_certificates(data, now=NOW).certificates


def test_two_files_put_together_without_a_newline_between_are_both_read() -> None:
    other = pem(certificate(KEY, name="other"))

    read = read_certificates((PEM.strip() + other).encode(), now=NOW)

    assert [info.pem for info in read.certificates] == [PEM, other]


def test_several_certificates_are_read_in_order() -> None:
    pems = [pem(certificate(KEY, name=f"c{i}")) for i in range(5)]

    read = read_certificates("".join(pems).encode(), now=NOW)

    assert [info.pem for info in read.certificates] == pems


def test_one_of_the_future_is_kept_behind_those_of_today_with_a_warning() -> None:
    later = pem(certificate(KEY, name="later", not_before=NOW + timedelta(days=1)))

    read = read_certificates((later + PEM).encode(), now=NOW)

    assert [info.pem for info in read.certificates] == [PEM, later]
    assert "“CN=later” is not valid before 4 May 2026" in read.warnings[0]


def test_one_of_the_future_alone_is_kept_with_a_warning() -> None:
    read = read_certificates(pem(FUTURE).encode(), now=NOW)

    assert [info.pem for info in read.certificates] == [pem(FUTURE)]
    assert "2 June 2026" in read.warnings[0]


def test_of_many_those_are_kept_that_can_sign_now_or_next() -> None:
    expired = [
        pem(certificate(KEY, name=f"e{n}", not_after=NOW - timedelta(days=n))) for n in (9, 1)
    ]
    current = [pem(certificate(KEY, name=f"c{n}")) for n in range(3)]
    future = [pem(certificate(KEY, name="f", not_before=NOW + timedelta(days=1)))]

    read = read_certificates("".join(expired + current + future).encode(), now=NOW)

    assert [info.pem for info in read.certificates] == [*current, *future, expired[1]]
    left_out = [warning for warning in read.warnings if "left out" in warning]
    assert ["CN=e9" in warning for warning in left_out] == [True]


def test_an_unusable_one_among_several_is_left_out_with_a_warning() -> None:
    weak = pem(certificate(private_key("rsa1024"), name="weak"))

    read = read_certificates((weak + PEM).encode(), now=NOW)

    assert [info.pem for info in read.certificates] == [PEM]
    assert "“CN=weak” has an RSA key of only 1024 bits" in read.warnings[0]


def test_an_expired_one_is_accepted_with_a_warning() -> None:
    read = read_certificates(pem(PAST).encode(), now=NOW)

    assert [info.pem for info in read.certificates] == [pem(PAST)]
    assert "expired on 3 April 2026. Create or activate a new" in read.warnings[0]


def test_current_certificates_come_before_expired_ones_and_crowd_them_out() -> None:
    current = [pem(certificate(KEY, name=f"c{number}")) for number in range(4)]
    old = [
        pem(certificate(KEY, name=f"o{number}", not_after=NOW - timedelta(days=1)))
        for number in range(3)
    ]

    read = read_certificates("".join(old + current).encode(), now=NOW)

    assert [info.pem for info in read.certificates] == [*current, old[0]]
    assert len(read.warnings) == 3


def test_line_ends_written_as_in_json_are_read() -> None:
    read = read_certificates(PEM.replace("\n", "\\n").encode(), now=NOW)

    assert [info.pem for info in read.certificates] == [PEM]


def _csr(encoding: serialization.Encoding) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(NAME)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(encoding)


def _ed25519() -> bytes:
    key = ed25519.Ed25519PrivateKey.generate()
    builder = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
    )
    return builder.sign(key, None).public_bytes(serialization.Encoding.PEM)


PUBLIC = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
SPKI = KEY.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
)
DER_KEY = KEY.private_bytes(
    serialization.Encoding.DER,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)
TRADITIONAL_KEY = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)
P12 = pkcs12.serialize_key_and_certificates(
    b"x",
    KEY,
    CERT,
    None,
    serialization.BestAvailableEncryption(b"secret"),
)
PAST = certificate(KEY, not_after=NOW - timedelta(days=30))
FUTURE = certificate(KEY, not_before=NOW + timedelta(days=30))


REFUSED = {
    "nothing": (b"", "empty_file", "empty"),
    "white space": (b" \n ", "empty_file", "empty"),
    "a private key": (private_pem(KEY).encode(), "private_key", "This is a private key."),
    "an old private key": (TRADITIONAL_KEY, "private_key", "This is a private key."),
    "an encrypted private key": (ENCRYPTED_KEY, "private_key", "This is a private key."),
    "a private key in DER": (DER_KEY, "private_key", "This is a private key."),
    "half a private key": (
        private_pem(KEY)[:300].encode(),
        "private_key",
        "This is a private key.",
    ),
    "half a private key beside the certificate": (
        (PEM + private_pem(KEY)[:300]).encode(),
        "private_key",
        "This is a private key.",
    ),
    "a private key beside the certificate": (
        (PEM + private_pem(KEY)).encode(),
        "private_key",
        "This is a private key.",
    ),
    "a signing request": (_csr(serialization.Encoding.PEM), "signing_request", "signing request"),
    "a signing request in DER": (
        _csr(serialization.Encoding.DER),
        "signing_request",
        "signing request",
    ),
    "a public key": (PUBLIC, "public_key", "public key"),
    "a public key in DER": (SPKI, "public_key", "public key"),
    "an SSH key": (b"ssh-rsa AAAA me@host", "ssh_key", "SSH"),
    "PKCS 12": (P12, "pkcs12", "PKCS #12"),
    "an HTML page": (b"<!DOCTYPE html><html></html>", "html_page", "This is an HTML page"),
    "metadata": (b"<md:EntityDescriptor/>", "metadata", "metadata"),
    "XML": (b"<?xml version='1.0'?><a/>", "xml_document", "XML"),
    "JSON": (b'{"keys": []}', "json_document", "JSON"),
    "prose": (b"our certificate is in the other mail", "unreadable", "cannot be read"),
    "noise": (bytes(range(256)), "unreadable", "cannot be read"),
    "damaged base64": (PEM.replace("MII", "M!I").encode(), "unreadable", "cannot be read"),
    "half a certificate": (PEM[: len(PEM) // 2].encode(), "truncated", "END"),
    "a certificate and half of the next": (
        (PEM + PEM[: len(PEM) // 2]).encode(),
        "truncated",
        "END",
    ),
    "half a certificate and the next": (
        (PEM[: len(PEM) // 2] + "\n" + PEM).encode(),
        "truncated",
        "END",
    ),
    "a certificate without its middle": (
        (PEM[:200] + PEM[400:]).encode(),
        "unreadable",
        "cannot be read",
    ),
    "half of DER": (der(CERT)[:300], "unreadable", "cannot be read"),
    "too much": (PEM.encode() * 200, "too_large", "far more"),
    "RSA with 1024 bits": (
        pem(certificate(private_key("rsa1024"))).encode(),
        "weak_key",
        "only 1024 bits",
    ),
    "DSA with 1024 bits": (
        pem(certificate(private_key("dsa1024"))).encode(),
        "weak_key",
        "1024 bits",
    ),
    "a small curve": (pem(certificate(private_key("p192"))).encode(), "weak_key", "192 bits"),
    "Ed25519": (_ed25519(), "weak_key", "Ed25519"),
    "another PEM": (b"-----BEGIN X-----\nAAAA\n-----END X-----", "no_certificate", "“X”"),
}


@pytest.mark.parametrize(("data", "check", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_file_is_refused_with_what_is_wrong_and_what_to_do(
    data: bytes, check: str, words: str
) -> None:
    with pytest.raises(CertificateError) as refusal:
        read_certificates(data, now=NOW)

    error = refusal.value
    assert error.check == check
    assert words in error.message()
    assert error.message().endswith(error.remedy)
    assert len(error.remedy) > 20


def test_our_own_certificate_is_refused() -> None:
    own = service_provider_keys().certificate_pem

    with pytest.raises(CertificateError, match="our own certificate"):
        read_certificates(own.encode(), now=NOW, own_certificates=[own])
