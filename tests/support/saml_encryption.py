"""Encrypting for a service provider, as identity providers do."""

import importlib
from typing import Any

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
