"""Optional XML attributes that are there and say nothing: they count as absent.

Several toolkits write every attribute they know and leave those empty that have no value, also
where the schema allows no empty value.
"""

from typing import Final

from lxml import etree

from saml_sso.protocol.names import ASSERTION_NS, METADATA_NS, PROTOCOL_NS

EMPTY_IS_ABSENT: Final = frozenset(
    {
        *("AllowCreate", "AssertionConsumerServiceIndex", "AssertionConsumerServiceURL"),
        *("AttributeConsumingServiceIndex", "Comparison", "ForceAuthn", "IsPassive", "Loc"),
        *("ProtocolBinding", "ProviderName", "ProxyCount"),
        *("Address", "Consent", "Count", "DNSName", "Format", "FriendlyName", "InResponseTo"),
        *("NameFormat", "NameQualifier", "NotBefore", "NotOnOrAfter", "Reason", "Recipient"),
        *("SPNameQualifier", "SPProvidedID", "SessionIndex", "SessionNotOnOrAfter"),
        *("AuthnRequestsSigned", "ResponseLocation", "WantAssertionsSigned"),
        *("WantAuthnRequestsSigned", "cacheDuration", "errorURL", "isDefault", "isRequired"),
        *("use", "validUntil"),
    }
)
"""What the schemas of SAML call optional; an empty Destination is judged by the rule for it."""


def drop_empty_attributes(root: etree._Element) -> None:
    """Take away the optional attributes of SAML's own elements that hold nothing.

    Signatures over them have to be verified before.
    """
    own = (f"{{{namespace}}}*" for namespace in (ASSERTION_NS, PROTOCOL_NS, METADATA_NS))
    for element in root.iter(*own):
        for name in [n for n, value in element.attrib.items() if not value.strip()]:
            if name in EMPTY_IS_ABSENT:
                del element.attrib[name]
