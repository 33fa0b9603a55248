"""Whom a verified assertion is about: NameID, attributes and the one identifier."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from saml_sso.protocol.decryption import decrypt_element
from saml_sso.protocol.document import element_text
from saml_sso.protocol.errors import MessageError
from saml_sso.protocol.identifiers import normalize_identifier
from saml_sso.protocol.names import NAMEID_UNSPECIFIED, XSI_NS, saml
from saml_sso.protocol.parties import KeyPair

_NIL: Final = f"{{{XSI_NS}}}nil"


@dataclass(frozen=True, slots=True)
class NameID:
    """The identity provider's name for the person (SAML Core 2.2.3)."""

    value: str
    format: str
    name_qualifier: str | None
    sp_name_qualifier: str | None


def read_name_id(assertion: etree._Element, key_pairs: Sequence[KeyPair]) -> NameID | None:
    """Return the Subject's NameID, decrypted if need be, or nothing when there is none.

    Raises:
        MessageError: Check ``name_id``, or one of :func:`decrypt_element`.
    """
    found = [
        child
        for child in assertion.iterfind(f"{saml('Subject')}/*")
        if child.tag in {saml("NameID"), saml("EncryptedID"), saml("BaseID")}
    ]
    if not found:
        return None
    element = found[0]
    if element.tag == saml("EncryptedID"):
        element = decrypt_element(element, key_pairs)
    if len(found) != 1 or element.tag != saml("NameID"):
        raise MessageError(
            "name_id",
            expected="one NameID",
            got=", ".join(str(e.tag) for e in found),
            remedy="Configure the identity provider to send one NameID, best the email address.",
        )
    return read_name_id_element(element)


def read_name_id_element(element: etree._Element) -> NameID:
    """Return what a NameID element says."""
    return NameID(
        value=element_text(element),
        format=element.get("Format") or NAMEID_UNSPECIFIED,
        name_qualifier=element.get("NameQualifier") or None,
        sp_name_qualifier=element.get("SPNameQualifier") or None,
    )


def read_attributes(assertion: etree._Element) -> dict[str, tuple[str, ...]]:
    """Return the text values of every attribute by its Name.

    Nil values, and values that hold elements (eduPersonTargetedID does, addresses do), are left
    out: nobody can use them here. An attribute that comes in several elements is joined.
    """
    attributes: dict[str, tuple[str, ...]] = {}
    for attribute in assertion.iterfind(f"{saml('AttributeStatement')}/{saml('Attribute')}"):
        values = tuple(
            element_text(value)
            for value in attribute.iterfind(saml("AttributeValue"))
            if not len(value) and value.get(_NIL) not in {"true", "1"}
        )
        name = attribute.get("Name", "")
        attributes[name] = attributes.get(name, ()) + values
    return attributes


def read_identifier(
    assertion: etree._Element, name_id: NameID | None, *, attribute: str | None
) -> str:
    """Return the identifier from the one configured source, normalized.

    Args:
        assertion: The verified assertion.
        name_id: What :func:`read_name_id` returned.
        attribute: Name of the identifying attribute; the NameID when it is nothing.

    Raises:
        MessageError: Checks ``identifier`` or ``child_elements``.
    """
    if attribute is None:
        if name_id is None:
            raise MessageError(
                "identifier",
                expected="a NameID",
                got=None,
                remedy="Configure the identity provider to send the email address as NameID, or "
                "choose the attribute that holds it as “Attribute with the person’s e-mail "
                "address” under “Rules and attributes”.",
            )
        return normalize_identifier(name_id.value, source="NameID")
    elements = [
        value
        for element in assertion.iterfind(f"{saml('AttributeStatement')}/{saml('Attribute')}")
        if element.get("Name") == attribute
        for value in element.iterfind(saml("AttributeValue"))
    ]
    if len(elements) != 1:
        names = ", ".join(read_attributes(assertion)) or "no attributes"
        raise MessageError(
            "identifier",
            expected=f"the attribute “{attribute}” with one value",
            got=f"{len(elements)} values; the assertion holds {names}",
            remedy=f"Map the person's email address to an attribute named “{attribute}” at the "
            "identity provider, or choose one of those it sends as “Attribute with the person’s "
            "e-mail address” under “Rules and attributes”.",
        )
    return normalize_identifier(element_text(elements[0]), source=f"the attribute “{attribute}”")
