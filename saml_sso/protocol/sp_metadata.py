"""Our own metadata: what an identity provider needs to know about a tenant's service provider."""

from typing import Final

from lxml import etree

from saml_sso.protocol.names import (
    ENCRYPTION11_NS,
    ENCRYPTION_NS,
    METADATA_NS,
    NAMEID_EMAIL,
    NAMEID_PERSISTENT,
    NAMEID_TRANSIENT,
    NAMEID_UNSPECIFIED,
    PROTOCOL_NS,
    SIGNATURE_NS,
    Binding,
    ds,
    md,
)
from saml_sso.protocol.parties import KeyPair, ServiceProvider

_ENCRYPTION_METHODS: Final = (
    f"{ENCRYPTION11_NS}aes256-gcm",
    f"{ENCRYPTION11_NS}aes128-gcm",
    f"{ENCRYPTION_NS}aes256-cbc",
    f"{ENCRYPTION_NS}aes128-cbc",
    f"{ENCRYPTION_NS}rsa-oaep-mgf1p",
)


def service_provider_metadata(sp: ServiceProvider, *, authn_requests_signed: bool) -> bytes:
    """Return the tenant's SP metadata as XML in UTF-8 (SAML Metadata 2.4.4).

    It needs nothing of the identity provider, so it can be given away before anything is
    configured. Every key pair is listed, so that an IdP that reads it during a rotation knows
    both certificates.
    """
    entity = etree.Element(
        md("EntityDescriptor"), {"entityID": sp.entity_id}, {"md": METADATA_NS, "ds": SIGNATURE_NS}
    )
    role = etree.SubElement(
        entity,
        md("SPSSODescriptor"),
        {
            "AuthnRequestsSigned": str(authn_requests_signed).lower(),
            "WantAssertionsSigned": "true",
            "protocolSupportEnumeration": PROTOCOL_NS,
        },
    )
    for use in ("signing", "encryption"):
        for key_pair in sp.key_pairs:
            _add_key(role, key_pair, use)
    for binding in Binding if sp.slo_url else ():
        etree.SubElement(
            role, md("SingleLogoutService"), {"Binding": binding, "Location": str(sp.slo_url)}
        )
    for name_format in (NAMEID_EMAIL, NAMEID_UNSPECIFIED, NAMEID_PERSISTENT, NAMEID_TRANSIENT):
        etree.SubElement(role, md("NameIDFormat")).text = name_format
    etree.SubElement(
        role,
        md("AssertionConsumerService"),
        {"Binding": Binding.POST, "Location": sp.acs_url, "index": "0", "isDefault": "true"},
    )
    etree.indent(entity)
    return etree.tostring(entity, encoding="UTF-8", xml_declaration=True)


def _add_key(role: etree._Element, key_pair: KeyPair, use: str) -> None:
    descriptor = etree.SubElement(role, md("KeyDescriptor"), {"use": use})
    data = etree.SubElement(etree.SubElement(descriptor, ds("KeyInfo")), ds("X509Data"))
    lines = key_pair.certificate_pem.strip().splitlines()
    etree.SubElement(data, ds("X509Certificate")).text = "".join(lines[1:-1])
    for method in _ENCRYPTION_METHODS if use == "encryption" else ():
        etree.SubElement(descriptor, md("EncryptionMethod"), {"Algorithm": method})
