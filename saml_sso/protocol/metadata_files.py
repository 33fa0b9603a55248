"""Files that people upload as metadata though they are something else."""

import base64
import binascii

from saml_sso.protocol.errors import CertificateError, MetadataError


def refuse_other_files(data: bytes, *, limit: int) -> None:
    """Refuse what is recognizably no metadata, saying what it is.

    Raises:
        MetadataError: Checks ``empty_file``, ``too_large``, ``html_page``, ``json_document``,
            ``private_key``, ``certificate``, ``web_address``, ``unreadable``.
    """
    if not data.strip():
        raise MetadataError("empty_file", "The file is empty.", "Upload the metadata XML file.")
    if len(data) > limit:
        raise MetadataError(
            "too_large",
            f"The file has {len(data):,} bytes; metadata may have 1 MB at most.",
            "Upload the metadata of your own identity provider, not of a whole federation.",
        )
    start = _beginning(data)
    for check, matches, problem, remedy in _known_files(start):
        if matches:
            raise MetadataError(check, problem, remedy)


def _beginning(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    return data[:4000].decode(encoding, "replace").lstrip("\ufeff \t\r\n").lower()


def _known_files(start: str) -> tuple[tuple[str, bool, str, str], ...]:
    is_metadata = "entitydescriptor" in start or "entitiesdescriptor" in start
    download = "Download the metadata XML from your identity provider and upload that file."
    return (
        (
            "html_page",
            start.startswith(("<!doctype html", "<html")) or (not is_metadata and "<html" in start),
            "This is an HTML page, not metadata.",
            "Sign in to your identity provider first and save the metadata itself, not the page "
            "that shows it.",
        ),
        (
            "json_document",
            start.startswith(("{", "[")),
            "This is a JSON document (perhaps OpenID Connect), not SAML metadata.",
            download,
        ),
        (
            "private_key",
            not is_metadata and "private key-----" in start,
            "This is a private key. It must stay secret and was not stored.",
            download,
        ),
        (
            "certificate",
            not is_metadata and "-----begin" in start,
            "This is a certificate, not metadata.",
            "Upload it in the certificate field.",
        ),
        (
            "web_address",
            start.startswith(("http://", "https://")),
            "This is an address, not the metadata itself.",
            "Put it into the field for the metadata URL, or upload what is found there.",
        ),
        (
            "unreadable",
            not start.startswith("<"),
            "This is not an XML file.",
            download,
        ),
    )


def decode_certificate(text: str) -> bytes:
    """Return the DER inside an X509Certificate element.

    PEM header lines are tolerated, and so is missing padding.

    Raises:
        CertificateError: Check ``unreadable``.
    """
    if "-----BEGIN" in text:
        return text.encode("utf-8")
    compact = "".join(text.split()).rstrip("=")
    try:
        der = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable() from error
    if not der.startswith(b"\x30"):
        raise _unreadable()
    return der


def _unreadable() -> CertificateError:
    return CertificateError(
        "unreadable",
        "The metadata holds a signing certificate that cannot be read.",
        "Download the metadata again from your identity provider, without opening and saving it "
        "in a word processor.",
    )
