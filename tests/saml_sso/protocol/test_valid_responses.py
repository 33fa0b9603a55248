"""What genuine identity providers send signs the person in."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from textwrap import fill

import pytest
from lxml import etree

from saml_sso.protocol.certificates import describe_certificate
from saml_sso.protocol.parties import Policy
from tests.support.saml import (
    ENVELOPED,
    NS,
    SHA256,
    Forge,
    SignedPart,
    Signing,
    certificate,
    instant,
    pem,
    private_key,
)
from tests.support.saml_trust import NOW, Trust

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
PSS = "http://www.w3.org/2007/05/xmldsig-more"
C14N11 = "http://www.w3.org/2006/12/xml-c14n11"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'


def test_the_assertion_says_everything_a_caller_needs(acme: Trust, forge: Forge) -> None:
    forged = forge.but(
        attributes={"mail": ("ada@acme.example",), "groups": ("a", "b")},
        session_not_on_or_after=instant(NOW + timedelta(hours=8)),
    )

    assertion = acme.accept(forged)

    assert assertion.identifier == "ada@acme.example"
    assert assertion.key.assertion_id == forged.assertion_id
    assert assertion.issuer == forge.entity_id
    assert assertion.name_id is not None
    assert assertion.name_id.value == "ada@acme.example"
    assert assertion.attributes == {"mail": ("ada@acme.example",), "groups": ("a", "b")}
    assert assertion.session_index == "s1"
    assert assertion.session_not_on_or_after == NOW + timedelta(hours=8)
    assert assertion.authn_instant == NOW
    assert assertion.not_on_or_after == NOW + timedelta(minutes=8)
    assert assertion.request is None
    assert not assertion.is_encrypted
    assert assertion.warnings == ()
    assert all(check.passed for check in assertion.trace)
    names = [check.check for check in assertion.trace]
    assert names.index("signature") < names.index("audience") < names.index("replay")


@pytest.mark.parametrize("part", ["assertion", "response", "both"])
def test_either_signature_is_enough(acme: Trust, forge: Forge, part: SignedPart) -> None:
    acme.accept(forge.but(sign=part))


@pytest.mark.parametrize("kind", ["rsa2048", "rsa3072", "dsa2048", "p256", "p384"])
def test_every_strong_kind_of_key_verifies(acme: Trust, kind: str) -> None:
    trust = acme.with_key(private_key(kind))

    trust.accept(trust.forge.but())


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        (f"{MORE}rsa-sha384", f"{MORE}sha384"),
        (f"{MORE}rsa-sha512", "http://www.w3.org/2001/04/xmlenc#sha512"),
        (f"{PSS}#sha256-rsa-MGF1", SHA256),
        (f"{PSS}#sha384-rsa-MGF1", SHA256),
        (f"{PSS}#sha512-rsa-MGF1", "http://www.w3.org/2001/04/xmlenc#sha512"),
    ],
)
def test_stronger_methods_verify(acme: Trust, forge: Forge, method: str, digest: str) -> None:
    acme.accept(forge.but(signing=Signing(method=method, digest=digest)))


Bend = Callable[[Forge], Forge]
BENT: dict[str, Bend] = {
    "offsets instead of UTC": lambda f: f.but(
        not_before="2026-05-03T11:29:00+02:00",
        not_on_or_after="2026-05-03T11:35:00+02:00",
        confirmation_not_on_or_after="2026-05-03T04:35:00-05:00",
        issue_instant="2026-05-03T11:30:00+02:00",
        assertion_issue_instant="2026-05-03T11:30:00.123+02:00",
    ),
    "seven digits of a second": lambda f: f.but(
        assertion_issue_instant="2026-05-03T09:30:00.1234567Z",
        not_on_or_after="2026-05-03T10:30:00.1234567Z",
    ),
    "instants without a zone": lambda f: f.but(not_on_or_after="2026-05-03T09:35:00"),
    "IDs that start with a digit": lambda f: f.but(
        response_id="7f3a", assertion_id="0b1c", sign="both"
    ),
    "IDs with a dot and a dash": lambda f: f.but(assertion_id="id-1.2_3"),
    "white space around the NameID": lambda f: f.but(name_id="\n   ada@acme.example  \n"),
    "capitals in the NameID": lambda f: f.but(name_id="Ada@Acme.Example"),
    "CDATA in the NameID": lambda f: f.but(
        name_id_xml="<saml:NameID><![CDATA[ada@acme.example]]></saml:NameID>"
    ),
    "a NameID without a format": lambda f: f.but(name_id_format=None),
    "a persistent NameID that is an address": lambda f: f.but(
        name_id_format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    ),
    "white space around issuer and audience": lambda f: f.but(
        response_issuer=f"\n    {f.entity_id}\n  ",
        assertion_issuer=f"\n    {f.entity_id}\n  ",
        audiences=((f"\n    {f.sp_entity_id}\n  ",),),
    ),
    "an attribute statement with nothing in it": lambda f: f.but(
        before_signing=lambda xml: xml.replace(
            "</saml:Assertion>", "<saml:AttributeStatement/></saml:Assertion>"
        )
    ),
    "several audiences of which one is ours": lambda f: f.but(
        audiences=(("https://other.example", f.sp_entity_id),)
    ),
    "two restrictions that both name us": lambda f: f.but(
        audiences=((f.sp_entity_id,), (f.sp_entity_id, "https://other.example"))
    ),
    "one use and no proxies": lambda f: f.but(
        extra_conditions='<saml:OneTimeUse/><saml:ProxyRestriction Count="0"/>'
    ),
    "no NotBefore": lambda f: f.but(not_before=None),
    "no issuer in the envelope": lambda f: f.but(response_issuer=None),
    "a clock two minutes ahead": lambda f: f.but(
        now=NOW + timedelta(minutes=2), not_before=instant(NOW + timedelta(minutes=2))
    ),
    "a clock two minutes behind": lambda f: f.but(
        not_on_or_after=instant(NOW - timedelta(minutes=2)),
        confirmation_not_on_or_after=instant(NOW - timedelta(minutes=2)),
        now=NOW - timedelta(minutes=7),
    ),
    "a whole day": lambda f: f.but(
        not_before=instant(NOW - timedelta(minutes=5)),
        not_on_or_after=instant(NOW + timedelta(hours=24)),
    ),
    "an old sign-in at the IdP": lambda f: f.but(authn_instant="2026-05-01T08:00:00Z"),
    "no session index": lambda f: f.but(session_index=None),
    "another authentication context": lambda f: f.but(
        authn_xml=f'<saml:AuthnStatement AuthnInstant="{instant(NOW)}"><saml:AuthnContext>'
        "<saml:AuthnContextDeclRef>urn:x</saml:AuthnContextDeclRef>"
        "<saml:AuthenticatingAuthority>https://upstream.example</saml:AuthenticatingAuthority>"
        "</saml:AuthnContext></saml:AuthnStatement>"
    ),
    "a second confirmation of another method": lambda f: f.but(
        confirmation_xml='<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:'
        f'sender-vouches"/><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"'
        f'><saml:SubjectConfirmationData Recipient="{f.acs_url}" Address="10.0.0.1" '
        f'NotOnOrAfter="{instant(NOW + timedelta(minutes=5))}"/></saml:SubjectConfirmation>'
    ),
    "the same attribute in two elements": lambda f: f.but(
        attributes_xml=2 * '<saml:Attribute Name="g"><saml:AttributeValue>x</saml:AttributeValue>'
        "</saml:Attribute>"
    ),
    "typed and nil attribute values": lambda f: f.but(
        attributes_xml=f'<saml:Attribute Name="a" {XSI} {XS}><saml:AttributeValue '
        'xsi:type="xs:string">v</saml:AttributeValue></saml:Attribute><saml:Attribute Name="b" '
        f'{XSI}><saml:AttributeValue xsi:nil="true"/></saml:Attribute>'
    ),
    "an attribute value with elements inside": lambda f: f.but(
        attributes_xml='<saml:Attribute Name="eptid"><saml:AttributeValue><saml:NameID>x'
        "</saml:NameID></saml:AttributeValue></saml:Attribute>"
    ),
    "a status message": lambda f: f.but(
        status_xml="<samlp:Status><samlp:StatusCode "
        'Value="urn:oasis:names:tc:SAML:2.0:status:Success"/><samlp:StatusMessage>Done'
        "</samlp:StatusMessage></samlp:Status>"
    ),
    "a consent and an extension": lambda f: f.but(
        before_signing=lambda xml: xml.replace(
            " Version=", ' Consent="urn:oasis:names:tc:SAML:2.0:consent:obtained" Version=', 1
        ).replace(
            "<samlp:Status>",
            '<samlp:Extensions><x:y xmlns:x="urn:x">z</x:y></samlp:Extensions><samlp:Status>',
            1,
        )
    ),
    "unused namespaces": lambda f: f.but(
        before_signing=lambda xml: xml.replace("<saml:Assertion", f"<saml:Assertion {XS} {XSI}", 1)
    ),
    "comments between elements": lambda f: f.but(
        after_signing=lambda xml: xml.replace("<saml:Subject>", "<!-- who --><saml:Subject>")
    ),
    "no prefix for assertions": lambda f: f.but(
        before_signing=lambda xml: (
            xml.replace("saml:", "")
            .replace("xmlns:saml=", "xmlns=")
            .replace(' xmlns="urn:oasis:names:tc:SAML:2.0:assertion"', "", 1)
            .replace("<Issuer>", f'<Issuer xmlns="{NS["saml"]}">', 1)
        )
    ),
    "only the enveloped transform": lambda f: f.but(signing=Signing(transforms=(ENVELOPED,))),
    "inclusive canonicalization": lambda f: f.but(
        signing=Signing(
            transforms=(ENVELOPED, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
            canonicalization="http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        )
    ),
    "canonicalization 1.1": lambda f: f.but(
        signing=Signing(transforms=(ENVELOPED, C14N11), canonicalization=C14N11)
    ),
    "namespaces declared by each of 1500 values": lambda f: f.but(
        attributes_xml='<saml:Attribute Name="groups">'
        + f'<saml:AttributeValue {XS} {XSI} xsi:type="xs:string">g</saml:AttributeValue>' * 1500
        + "</saml:Attribute>"
    ),
    "inclusive canonicalization of SignedInfo": lambda f: f.but(
        signing=Signing(canonicalization="http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
    ),
    "a prefix list": lambda f: f.but(
        signing=Signing(
            transforms=(
                ENVELOPED,
                '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">'
                '<InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" '
                'PrefixList="xs"/></ds:Transform>',
            )
        )
    ),
    "a KeyInfo with a foreign certificate": lambda f: f.but(
        signing=Signing(key_info="<ds:KeyName>whatever</ds:KeyName>")
    ),
    "a byte order mark": lambda f: f.but(after_signing=lambda xml: "\ufeff" + xml),
    "an XML declaration": lambda f: f.but(
        after_signing=lambda xml: '<?xml version="1.0" encoding="UTF-8"?>\n' + xml
    ),
    "an umlaut in an attribute": lambda f: f.but(attributes={"name": ("Zoë Müller",)}),
    "pretty-printing": lambda f: f.but(before_signing=lambda xml: xml.replace("><", ">\n  <")),
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT.keys())
def test_what_the_standard_allows_signs_in(acme: Trust, forge: Forge, bend: Bend) -> None:
    assertion = acme.accept(bend(forge))

    assert assertion.identifier.lower() == "ada@acme.example"


def test_line_breaks_in_the_base64_are_allowed(acme: Trust, forge: Forge) -> None:
    assert acme.accept_field(fill(forge.encoded(), 76)).identifier == "ada@acme.example"


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_other_encodings_are_read(acme: Trust, forge: Forge, encoding: str) -> None:
    root = etree.fromstring(forge.xml().encode())
    data = bytes(etree.tostring(root, encoding=encoding, xml_declaration=True))  # type: ignore[arg-type]

    assert acme.accept_field(b64encode(data).decode()).identifier == "ada@acme.example"


def test_an_attribute_can_be_the_identifier(acme: Trust, forge: Forge) -> None:
    trust = acme.but(policy=Policy(identifier_attribute="mail"))

    assertion = trust.accept(forge.but(name_id="u-17", attributes={"mail": (" Ada@x.example ",)}))

    assert assertion.identifier == "Ada@x.example"


def test_an_attribute_can_replace_the_name_id(acme: Trust, forge: Forge) -> None:
    trust = acme.but(policy=Policy(identifier_attribute="mail"))

    assertion = trust.accept(forge.but(name_id=None, attributes={"mail": ("ada@x.example",)}))

    assert assertion.name_id is None


def test_both_certificates_of_a_rollover_verify(acme: Trust, forge: Forge) -> None:
    next_key = private_key("rsa2048", "next")
    next_certificate = certificate(next_key)
    trust = acme.trusting(pem(forge.cert), pem(next_certificate))

    first = trust.accept(forge.but())
    second = trust.accept(forge.but(key=next_key, cert=next_certificate))

    assert first.certificate == describe_certificate(pem(forge.cert))
    assert second.certificate == describe_certificate(pem(next_certificate))


def test_an_expired_certificate_is_accepted_with_a_warning(acme: Trust, forge: Forge) -> None:
    expired = certificate(forge.key, not_after=NOW - timedelta(days=3))

    assertion = acme.trusting(pem(expired)).accept(forge.but())

    assert [check.check for check in assertion.warnings] == ["certificate"]
    assert "30 April 2026" in assertion.warnings[0].got


def test_the_renewed_certificate_of_the_same_key_wins(acme: Trust, forge: Forge) -> None:
    expired = certificate(forge.key, not_after=NOW - timedelta(days=3))
    strict = Policy(refuse_expired_certificate=True)
    trust = acme.trusting(pem(expired), pem(forge.cert)).but(policy=strict)

    assert trust.accept(forge.but()).warnings == ()


def test_without_an_entity_id_the_certificate_is_the_trust(acme: Trust, forge: Forge) -> None:
    trust = acme.but(idp=replace(acme.idp, entity_id=None))

    assert trust.accept(forge.but()).issuer == forge.entity_id


def test_a_response_to_a_pending_request_names_it(acme: Trust, forge: Forge) -> None:
    trust = acme.asked("_asked")

    assertion = trust.accept(forge.but(in_response_to="_asked"))

    assert assertion.request == trust.pending[0]
    assert assertion.in_response_to == "_asked"


def test_a_signed_envelope_stands_in_for_the_confirmation(acme: Trust, forge: Forge) -> None:
    forged = forge.but(in_response_to="_asked", confirmation_in_response_to=None, sign="response")

    assert acme.asked().accept(forged).request is not None


def test_a_bogus_in_response_to_can_be_tolerated(acme: Trust, forge: Forge) -> None:
    trust = acme.but(policy=Policy(tolerate_unsolicited_in_response_to=True))

    assertion = trust.accept(forge.but(in_response_to="_bogus"))

    assert assertion.request is None
    assert [check.check for check in assertion.warnings] == ["in_response_to"]
