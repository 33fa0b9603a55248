"""Encrypting for a service provider, as identity providers do."""

import base64
import importlib
import secrets
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

xmlsec: Any = importlib.import_module("xmlsec")

ASSERTION_NS = "urn:oasis:names:tc:SAML:2.0:assertion"
OAEP_MGF1P = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
AES256_GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"


def encrypt_assertion(
    assertion: etree._Element, to: str, algorithm: str, key_transport: str
) -> None:
    """Replace ``assertion`` with an EncryptedAssertion for the PEM certificate ``to``."""
    parent = assertion.getparent()
    assert parent is not None
    wrapper = etree.Element(f"{{{ASSERTION_NS}}}EncryptedAssertion")
    parent.replace(assertion, wrapper)
    plain = etree.tostring(assertion, with_tail=False)
    wrapper.append(encrypted_data(plain, to, algorithm, key_transport))


def encrypted_data(
    plain: bytes, to: str, algorithm: str = AES256_GCM, key_transport: str = OAEP_MGF1P
) -> etree._Element:
    """Return EncryptedData holding ``plain`` for the PEM certificate ``to``."""
    names = {
        "aes128-cbc": ("AES128", 128),
        "aes192-cbc": ("AES192", 192),
        "aes256-cbc": ("AES256", 256),
        "aes128-gcm": ("AES128_GCM", 128),
        "aes192-gcm": ("AES192_GCM", 192),
        "aes256-gcm": ("AES256_GCM", 256),
        "tripledes-cbc": ("DES3", 192),
    }
    transform, bits = names[algorithm.rpartition("#")[2]]
    transports = {"rsa-oaep-mgf1p": "RSA_OAEP", "rsa-1_5": "RSA_PKCS1"}
    template = xmlsec.template.encrypted_data_create(
        etree.Element("root"),
        getattr(xmlsec.Transform, transform),
        type=xmlsec.EncryptionType.ELEMENT,
        ns="xenc",
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(template)
    key_info = xmlsec.template.encrypted_data_ensure_key_info(template, ns="dsig")
    encrypted_key = xmlsec.template.add_encrypted_key(
        key_info, getattr(xmlsec.Transform, transports[key_transport.rpartition("#")[2]])
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(encrypted_key)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(to, xmlsec.KeyFormat.CERT_PEM))
    context = xmlsec.EncryptionContext(manager)
    kind = xmlsec.KeyData.DES if transform == "DES3" else xmlsec.KeyData.AES
    context.key = xmlsec.Key.generate(kind, bits, xmlsec.KeyDataType.SESSION)
    result: etree._Element = context.encrypt_binary(template, plain)
    return result


def encrypted_with_oaep_sha256(plain: bytes, to: str) -> str:
    """Return EncryptedData whose key transport names its digest and its mask generation.

    That is XML Encryption 1.1's rsa-oaep, which ``xmlsec`` makes no template for.
    """
    public_key = x509.load_pem_x509_certificate(to.encode()).public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    key, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    mask = padding.MGF1(hashes.SHA256())
    wrapped = public_key.encrypt(key, padding.OAEP(mask, hashes.SHA256(), None))
    content = nonce + AESGCM(key).encrypt(nonce, plain, None)
    return (
        '<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" '
        'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
        'xmlns:xenc11="http://www.w3.org/2009/xmlenc11#">'
        '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes128-gcm"/>'
        "<ds:KeyInfo><xenc:EncryptedKey>"
        '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#rsa-oaep">'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        '<xenc11:MGF Algorithm="http://www.w3.org/2009/xmlenc11#mgf1sha256"/>'
        f"</xenc:EncryptionMethod>{_cipher_data(wrapped)}</xenc:EncryptedKey></ds:KeyInfo>"
        f"{_cipher_data(content)}</xenc:EncryptedData>"
    )


def _cipher_data(value: bytes) -> str:
    text = base64.b64encode(value).decode()
    return f"<xenc:CipherData><xenc:CipherValue>{text}</xenc:CipherValue></xenc:CipherData>"
