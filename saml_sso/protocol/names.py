"""The names SAML 2.0, XML Signature and XML Encryption give to things."""

from enum import StrEnum
from typing import Final

ASSERTION_NS: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
PROTOCOL_NS: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA_NS: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE_NS: Final = "http://www.w3.org/2000/09/xmldsig#"
ENCRYPTION_NS: Final = "http://www.w3.org/2001/04/xmlenc#"
ENCRYPTION11_NS: Final = "http://www.w3.org/2009/xmlenc11#"
XSI_NS: Final = "http://www.w3.org/2001/XMLSchema-instance"

STATUS_SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

NAMEID_EMAIL: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
NAMEID_PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NAMEID_TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
NAMEID_UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

EXCLUSIVE_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE_C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_C14N11: Final = "http://www.w3.org/2006/12/xml-c14n11"
ENVELOPED_SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"


class Binding(StrEnum):
    """How a message travels through the browser (SAML Bindings, sections 3.4 and 3.5)."""

    REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


def saml(name: str) -> str:
    """Return ``name`` of the assertion namespace in lxml's notation."""
    return f"{{{ASSERTION_NS}}}{name}"


def samlp(name: str) -> str:
    """Return ``name`` of the protocol namespace in lxml's notation."""
    return f"{{{PROTOCOL_NS}}}{name}"


def md(name: str) -> str:
    """Return ``name`` of the metadata namespace in lxml's notation."""
    return f"{{{METADATA_NS}}}{name}"


def ds(name: str) -> str:
    """Return ``name`` of the XML Signature namespace in lxml's notation."""
    return f"{{{SIGNATURE_NS}}}{name}"


def xenc(name: str) -> str:
    """Return ``name`` of the XML Encryption namespace in lxml's notation."""
    return f"{{{ENCRYPTION_NS}}}{name}"
