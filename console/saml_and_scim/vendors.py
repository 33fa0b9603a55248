"""What the well-known identity providers call the values that we give them.

Names are those of the vendors' own pages; most of them are not translated there either.
"""

from __future__ import annotations

from typing import NamedTuple


class Vendor(NamedTuple):
    """One identity provider's field names.

    Attributes:
        acs_url: Where the sign-on page URL goes as the address of the responses.
        entity_id: Where it goes as our name (the audience).
        identifier: Where the person's e-mail address is chosen as NameID.
        gives: What to bring back from there.
    """

    name: str
    acs_url: str
    entity_id: str
    identifier: str
    gives: str


VENDORS = (
    Vendor(
        "Okta",
        "Single sign-on URL",
        "Audience URI (SP Entity ID)",
        "Name ID format: EmailAddress; Application username: Email",
        "Sign On › Metadata URL, or SAML Signing Certificates › View IdP metadata",
    ),
    Vendor(
        "Microsoft Entra ID",
        "Reply URL (Assertion Consumer Service URL)",
        "Identifier (Entity ID)",
        "Attributes & Claims › Unique User Identifier: user.mail",
        "SAML Certificates › Federation Metadata XML",
    ),
    Vendor(
        "Google Workspace",
        "ACS URL",
        "Entity ID",
        "Name ID format: EMAIL; Name ID: Basic Information › Primary email",
        "Download metadata",
    ),
    Vendor(
        "OneLogin",
        "ACS (Consumer) URL, and ACS (Consumer) URL Validator",
        "Audience (EntityID)",
        "Parameters › NameID value: Email",
        "More Actions › SAML Metadata",
    ),
    Vendor(
        "AD FS",
        "SAML Assertion Consumer endpoint (POST)",
        "Relying party trust identifier",
        "Claim rules: E-Mail-Addresses as Name ID (format Email)",
        "https://…/FederationMetadata/2007-06/FederationMetadata.xml",
    ),
    Vendor(
        "Keycloak",
        "Valid redirect URIs, and Assertion Consumer Service POST Binding URL",
        "Client ID",
        "Name ID format: email; Client signature required: Off",
        "Realm settings › SAML 2.0 Identity Provider Metadata",
    ),
    Vendor(
        "JumpCloud",
        "ACS URL",
        "SP Entity ID",
        "SAMLSubject NameID: email",
        "SSO › Export Metadata",
    ),
    Vendor(
        "PingOne",
        "ACS URLs",
        "Entity ID",
        "Attribute mappings › saml_subject: Email Address",
        "Configuration › Download Metadata",
    ),
)
