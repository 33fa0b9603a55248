"""Responses in the shapes that the common products give them.

Each is built here after the product's documentation: its prefixes, what it signs, its formats and
attribute names.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from saml_sso.protocol.parties import Policy
from tests.support.saml import ENVELOPED, NS, Forge, Signing, instant
from tests.support.saml_trust import NOW, Trust, service_provider_keys

XS = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
PREFIX_LIST = (
    '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><ec:InclusiveNamespaces '
    'xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"/></ds:Transform>'
)


def _attribute(name: str, value: str, *, name_format: str = BASIC) -> str:
    return (
        f'<saml:Attribute Name="{name}" NameFormat="{name_format}"><saml:AttributeValue '
        f'xmlns:xs="{XS}" xmlns:xsi="{XSI}" xsi:type="xs:string">{value}</saml:AttributeValue>'
        "</saml:Attribute>"
    )


def _prefixed(protocol: str, assertion: str) -> Callable[[str], str]:
    """Return a change of the namespace prefixes; an empty one is the default namespace."""

    def bend(xml: str) -> str:
        for old, new in (("samlp", protocol), ("saml", assertion)):
            joined = f"{new}:" if new else ""
            xml = xml.replace(f"<{old}:", f"<{joined}").replace(f"</{old}:", f"</{joined}")
            xml = xml.replace(f"xmlns:{old}=", f"xmlns:{new}=" if new else "xmlns=")
        return xml

    return bend


def _default_namespace(xml: str) -> str:
    """Write the assertion without prefixes, as Entra ID and ADFS do."""
    bare = xml.replace(f' xmlns:saml="{NS["saml"]}"', "").replace("saml:", "")
    for tag in ("<Issuer>", "<Assertion "):
        bare = bare.replace(tag, f'{tag[:-1]} xmlns="{NS["saml"]}"{tag[-1]}', 1)
    return bare


def okta(forge: Forge) -> Forge:
    """Both parts signed, prefixes saml2p and saml2, a prefix list."""
    return forge.but(
        sign="both",
        signing=Signing(transforms=(ENVELOPED, PREFIX_LIST)),
        before_signing=_prefixed("saml2p", "saml2"),
        attributes_xml=_attribute("firstName", "Ada") + _attribute("email", "ada@acme.example"),
    )


def entra(forge: Forge) -> Forge:
    """Only the assertion signed, no prefixes, fractional seconds, a mail that differs."""
    return forge.but(
        name_id="ada@acme.example",
        issue_instant="2026-05-03T09:30:00.1234567Z",
        assertion_issue_instant="2026-05-03T09:30:00.1234567Z",
        not_before="2026-05-03T09:25:00.1234567Z",
        not_on_or_after="2026-05-03T10:30:00.1234567Z",
        confirmation_not_on_or_after="2026-05-03T10:30:00.1234567Z",
        before_signing=_default_namespace,
        attributes_xml=_attribute(f"{CLAIMS}/emailaddress", "Ada.Lovelace@acme.example")
        + _attribute("http://schemas.microsoft.com/identity/claims/tenantid", "t"),
    )


def adfs(forge: Forge) -> Forge:
    """A consent, no prefixes, the whole day."""
    return forge.but(
        not_before=instant(NOW),
        not_on_or_after=instant(NOW + timedelta(hours=8)),
        before_signing=lambda xml: _default_namespace(xml).replace(
            " Version=", ' Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified" Version=', 1
        ),
        attributes_xml=_attribute(f"{CLAIMS}/upn", "ada@acme.example"),
    )


def google(forge: Forge) -> Forge:
    """The response signed, a NameID and nothing else."""
    return forge.but(sign="response", before_signing=_prefixed("saml2p", "saml2"))


def keycloak(forge: Forge) -> Forge:
    """Both signed, a key name and a key value beside the certificate, roles."""
    return forge.but(
        sign="both",
        session_not_on_or_after=instant(NOW + timedelta(hours=10)),
        signing=Signing(key_info="<ds:KeyName>k1</ds:KeyName>"),
        attributes_xml=_attribute("Role", "a") + _attribute("Role", "b"),
    )


def onelogin(forge: Forge) -> Forge:
    """The response signed, IDs that begin with pfx, a second before now."""
    return forge.but(
        sign="response",
        response_id="pfx6f1c9a3e-7c1c-2b7f-9a51-0a1b2c3d4e5f",
        now=NOW - timedelta(seconds=1),
        name_id_format=UNSPECIFIED,
    )


def ping(forge: Forge) -> Forge:
    """The assertion signed, short IDs, no session index."""
    return forge.but(assertion_id="x7.Qz-19_k", session_index=None, name_id_format=UNSPECIFIED)


def jumpcloud(forge: Forge) -> Forge:
    """The assertion signed, pretty-printed."""
    return forge.but(before_signing=lambda xml: xml.replace("><", ">\n    <"))


def simplesamlphp(forge: Forge) -> Forge:
    """Both signed and the assertion encrypted with CBC."""
    return forge.but(
        sign="both",
        encrypt_to=service_provider_keys().certificate_pem,
        encryption="http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    )


def shibboleth(forge: Forge) -> Forge:
    """The response signed, the assertion encrypted with GCM, a qualified NameID."""
    return forge.but(
        sign="response",
        encrypt_to=service_provider_keys().certificate_pem,
        name_id_xml=f'<saml:NameID NameQualifier="{forge.entity_id}" '
        f'SPNameQualifier="{forge.sp_entity_id}">ada@acme.example</saml:NameID>',
    )


PRODUCTS = [
    okta, entra, adfs, google, keycloak, onelogin, ping, jumpcloud, simplesamlphp, shibboleth,
]  # fmt: skip


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.__name__)
def test_the_product_signs_people_in(
    acme: Trust, forge: Forge, product: Callable[[Forge], Forge]
) -> None:
    assert acme.accept(product(forge)).identifier == "ada@acme.example"


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.__name__)
def test_the_product_answers_our_requests(
    acme: Trust, forge: Forge, product: Callable[[Forge], Forge]
) -> None:
    answering = replace(forge, in_response_to="_asked")

    assert acme.asked().accept(product(answering)).request is not None


def test_entra_may_send_a_mail_attribute_that_differs(acme: Trust, forge: Forge) -> None:
    by_attribute = acme.but(policy=Policy(identifier_attribute=f"{CLAIMS}/emailaddress"))

    assert acme.accept(entra(forge)).identifier == "ada@acme.example"
    assert by_attribute.accept(entra(forge)).identifier == "Ada.Lovelace@acme.example"
