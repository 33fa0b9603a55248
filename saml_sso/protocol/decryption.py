"""Encrypted assertions, NameIDs and attributes (SAML Core 2.2.4, 2.3.4, 2.6; XML Encryption 1.1).

An assertion is decrypted before its signature can be known, on what a stranger sent. It is done
here with plain cryptographic primitives, so that no XML processing instructions of the sender are
followed, and the plain text goes through the same safe parser as the message.
"""

import base64
import binascii
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import quoteattr

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from saml_sso.protocol.document import parse_xml
from saml_sso.protocol.errors import MessageError
from saml_sso.protocol.names import ENCRYPTION11_NS, ENCRYPTION_NS, ds, xenc
from saml_sso.protocol.parties import KeyPair
from saml_sso.protocol.shape import require_decrypted_shape

_CBC: Final = {f"{ENCRYPTION_NS}aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
_GCM: Final = {f"{ENCRYPTION11_NS}aes{bits}-gcm": bits // 8 for bits in (128, 192, 256)}
_OAEP_MGF1P: Final = f"{ENCRYPTION_NS}rsa-oaep-mgf1p"
_OAEP: Final = f"{ENCRYPTION11_NS}rsa-oaep"
_DIGESTS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "http://www.w3.org/2000/09/xmldsig#sha1": hashes.SHA1,
    f"{ENCRYPTION_NS}sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
    f"{ENCRYPTION_NS}sha512": hashes.SHA512,
}
_MASKS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    f"{ENCRYPTION11_NS}mgf1sha1": hashes.SHA1,
    f"{ENCRYPTION11_NS}mgf1sha256": hashes.SHA256,
    f"{ENCRYPTION11_NS}mgf1sha384": hashes.SHA384,
    f"{ENCRYPTION11_NS}mgf1sha512": hashes.SHA512,
}
_BLOCK: Final = 16
_NONCE: Final = 12
_MAX_ENCRYPTED_KEYS: Final = 5
_NO_MATCH: Final = "none of this tenant's keys fits"
_REMEDY_ALGORITHM: Final = (
    "Set assertion encryption at the identity provider to AES-256-GCM (or AES-CBC) with the key "
    "transport RSA-OAEP."
)
_REMEDY_KEY: Final = (
    "Give the identity provider our current encryption certificate (it is in our metadata), or "
    "switch assertion encryption off there."
)


def decrypt_element(encrypted: etree._Element, key_pairs: Sequence[KeyPair]) -> etree._Element:
    """Return the element inside an EncryptedAssertion, EncryptedID or EncryptedAttribute.

    RSA PKCS #1 v1.5 is refused: it lets an attacker decrypt by asking often enough.

    Args:
        encrypted: The element that holds EncryptedData; it is not changed.
        key_pairs: The service provider's keys, tried in order.

    Raises:
        MessageError: Checks ``encryption_shape``, ``encryption_algorithm``, ``decryption``.
    """
    data = encrypted.findall(xenc("EncryptedData"))
    keys = list(encrypted.iter(xenc("EncryptedKey")))
    harmful = [
        *encrypted.iter(xenc("CipherReference"), ds("Signature"), ds("Object")),
        *_foreign_references(encrypted, keys),
    ]
    if len(data) != 1 or not 1 <= len(keys) <= _MAX_ENCRYPTED_KEYS or harmful:
        raise _refuse(
            "encryption_shape",
            expected="one EncryptedData with an EncryptedKey",
            got=f"{len(data)} EncryptedData, {len(keys)} EncryptedKey, {len(harmful)} others",
            remedy=_REMEDY_ALGORITHM,
        )
    if not key_pairs:
        raise _refuse(
            "decryption",
            expected="an assertion that is not encrypted",
            got="an encrypted one, and this tenant has no key pair",
            remedy=_REMEDY_KEY,
        )
    algorithm = _algorithm(data[0])
    if algorithm not in _CBC and algorithm not in _GCM:
        raise _refuse(
            "encryption_algorithm",
            expected="AES-GCM or AES-CBC",
            got=algorithm,
            remedy=_REMEDY_ALGORITHM,
        )
    content_key = _content_key(keys, key_pairs, size=(_CBC | _GCM)[algorithm])
    plain = _decrypt_content(algorithm, content_key, _cipher_value(data[0]))
    try:
        return _parse_in_context(plain, encrypted)
    except MessageError as error:
        if algorithm in _GCM:
            raise
        # CBC proves nothing about its plain text: what parsing finds in it must not be told.
        raise _undecryptable() from error


def _foreign_references(
    encrypted: etree._Element, keys: Sequence[etree._Element]
) -> list[etree._Element]:
    """Return the references to keys that are not those beside the data; none is followed."""
    here = {f"#{key.get('Id')}" for key in keys if key.get("Id")}
    return [one for one in encrypted.iter(ds("RetrievalMethod")) if one.get("URI") not in here]


def _content_key(
    keys: Sequence[etree._Element], key_pairs: Sequence[KeyPair], *, size: int
) -> bytes:
    refused: list[MessageError] = []
    for encrypted_key in keys:
        try:
            oaep = _oaep(encrypted_key)
        except MessageError as error:
            refused.append(error)  # It may be meant for another recipient.
            continue
        wrapped = _cipher_value(encrypted_key)
        for pair in key_pairs:
            try:
                key = _private_key(pair.private_key_pem).decrypt(wrapped, oaep)
            except ValueError:
                continue
            if len(key) == size:
                return key
    if refused:
        raise refused[0]
    raise _refuse(
        "decryption",
        expected="a key encrypted to our certificate",
        got=_NO_MATCH,
        remedy=_REMEDY_KEY,
    )


def _oaep(encrypted_key: etree._Element) -> padding.OAEP:
    method = encrypted_key.find(xenc("EncryptionMethod"))
    algorithm = _algorithm(encrypted_key)
    if method is None or algorithm not in {_OAEP, _OAEP_MGF1P}:
        raise _refuse(
            "encryption_algorithm",
            expected="the key transport RSA-OAEP",
            got=algorithm,
            remedy=_REMEDY_ALGORITHM,
        )
    digest_method = method.find(ds("DigestMethod"))
    mask_method = method.find(f"{{{ENCRYPTION11_NS}}}MGF")
    digest = _DIGESTS.get(
        "http://www.w3.org/2000/09/xmldsig#sha1"
        if digest_method is None
        else digest_method.get("Algorithm", "")
    )
    mask = hashes.SHA1 if mask_method is None else _MASKS.get(mask_method.get("Algorithm", ""))
    if digest is None or mask is None or (algorithm == _OAEP_MGF1P and mask is not hashes.SHA1):
        raise _refuse(
            "encryption_algorithm",
            expected="RSA-OAEP with SHA-1 or SHA-2",
            got="another digest",
            remedy=_REMEDY_ALGORITHM,
        )
    parameters = method.find(xenc("OAEPparams"))
    label = None if parameters is None else _base64(parameters.text)
    return padding.OAEP(mgf=padding.MGF1(mask()), algorithm=digest(), label=label)


@lru_cache(maxsize=64)
def _private_key(pem: str) -> rsa.RSAPrivateKey:
    # We made this key; checking its primes again would take a quarter of a second.
    key = load_pem_private_key(pem.encode("ascii"), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the service provider's key pair must be RSA")
    return key


def _decrypt_content(algorithm: str, key: bytes, blob: bytes) -> bytes:
    try:
        if algorithm in _GCM:
            return AESGCM(key).decrypt(blob[:_NONCE], blob[_NONCE:], None)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(blob[:_BLOCK])).decryptor()
        padded = decryptor.update(blob[_BLOCK:]) + decryptor.finalize()
        # XML Encryption 5.2.1: only the last byte counts, the others are arbitrary.
        if not padded or not 1 <= padded[-1] <= _BLOCK:
            raise ValueError
        return padded[: -padded[-1]]
    except Exception as error:
        raise _undecryptable() from error


def _undecryptable() -> MessageError:
    """Return one answer for every cause: which step failed must not be told."""
    return _refuse(
        "decryption",
        expected="data encrypted to our certificate",
        got="data that cannot be decrypted",
        remedy=_REMEDY_KEY,
    )


def _parse_in_context(plain: bytes, encrypted: etree._Element) -> etree._Element:
    """Parse a fragment that may use namespace prefixes of its surroundings."""
    declarations = "".join(
        f" xmlns{':' + prefix if prefix else ''}={quoteattr(uri)}"
        for prefix, uri in encrypted.nsmap.items()
        if prefix != "xml"
    )
    text = plain.removeprefix(b"\xef\xbb\xbf").strip()
    if text.startswith(b"<?xml"):
        text = text[text.find(b"?>") + 2 :]
    wrapped = f"<decrypted{declarations}>".encode() + text + b"</decrypted>"
    return require_decrypted_shape(parse_xml(wrapped))


def _algorithm(element: etree._Element) -> str:
    method = element.find(xenc("EncryptionMethod"))
    return "" if method is None else method.get("Algorithm", "")


def _cipher_value(element: etree._Element) -> bytes:
    values = element.findall(f"{xenc('CipherData')}/{xenc('CipherValue')}")
    if len(values) != 1:
        raise _refuse(
            "encryption_shape",
            expected="one CipherValue",
            got=f"{len(values)}",
            remedy=_REMEDY_ALGORITHM,
        )
    return _base64(values[0].text)


def _base64(text: str | None) -> bytes:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refuse(
            "encryption_shape", expected="base64", got=(text or "")[:40], remedy=_REMEDY_ALGORITHM
        ) from error


def _refuse(check: str, *, expected: str, got: str, remedy: str) -> MessageError:
    return MessageError(check, expected=expected, got=got, remedy=remedy)
