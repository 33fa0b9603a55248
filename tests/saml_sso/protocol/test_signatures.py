"""A signature counts when it is whole, strong, over the element itself, and by an uploaded key."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from saml_sso.protocol.parties import Policy
from tests.support.saml import (
    ENVELOPED,
    EXC_C14N,
    NS,
    Forge,
    SignedPart,
    Signing,
    certificate,
    der,
    pem,
    private_key,
)
from tests.support.saml_trust import NOW, Trust, service_provider_keys

DS = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SIGNATURE_VALUE = "ds:SignatureValue>"
Bend = Callable[[str], str]


def test_an_unsigned_response_is_refused(acme: Trust, forge: Forge) -> None:
    acme.refuse(forge.but(sign="none"), "signature")


@pytest.mark.parametrize("part", ["assertion", "response", "both"])
def test_a_foreign_key_is_refused(acme: Trust, forge: Forge, part: SignedPart) -> None:
    key = private_key("rsa2048", "attacker")

    error = acme.refuse(forge.but(key=key, cert=certificate(key), sign=part), "signature")

    assert acme.idp.certificates[0].fingerprint in error.expected


def test_no_uploaded_certificate_means_no_signature_counts(acme: Trust, forge: Forge) -> None:
    acme.trusting().refuse(forge.but(), "signature")


def test_our_own_key_signs_nothing(acme: Trust, forge: Forge) -> None:
    trust = acme.with_key(private_key("rsa2048", "sp"))

    acme.refuse(trust.forge.but(), "signature")


TAMPERED: dict[str, Bend] = {
    "another NameID": lambda xml: xml.replace("ada@acme", "eve@acme"),
    "an empty SignatureValue": lambda xml: _between(xml, SIGNATURE_VALUE, ""),
    "a SignatureValue of zeros": lambda xml: _between(xml, SIGNATURE_VALUE, "AAAA"),
    "an empty DigestValue": lambda xml: _between(xml, "ds:DigestValue>", ""),
    "another DigestValue": lambda xml: _between(xml, "ds:DigestValue>", "AAAA"),
    "a later NotOnOrAfter": lambda xml: xml.replace("T09:35:00Z", "T09:36:00Z"),
}


@pytest.mark.parametrize("bend", TAMPERED.values(), ids=TAMPERED.keys())
@pytest.mark.parametrize("part", ["assertion", "response", "both"])
def test_a_changed_message_is_refused(
    acme: Trust, forge: Forge, part: SignedPart, bend: Bend
) -> None:
    acme.refuse(forge.but(sign=part, after_signing=bend), "signature")


def test_a_valid_assertion_does_not_excuse_a_broken_envelope(acme: Trust, forge: Forge) -> None:
    forged = forge.but(
        sign="both",
        after_signing=lambda xml: xml.replace(" Destination=", ' Consent="urn:x" Destination=', 1),
    )

    acme.refuse(forged, "signature")


def test_an_empty_signature_is_refused(acme: Trust, forge: Forge) -> None:
    forged = forge.but(assertion_extra=f'<ds:Signature xmlns:ds="{DS}"/>', sign="none")

    acme.refuse(forged, "signature_shape")


def _between(xml: str, tag: str, content: str) -> str:
    head, _, rest = xml.partition(f"<{tag}")
    _, end, tail = rest.partition(f"</{tag}")
    return f"{head}<{tag}{content}{end}{tail}"


STRUCTURES: dict[str, tuple[Bend, str]] = {
    "an Object": (
        lambda xml: xml.replace("</ds:Signature>", "<ds:Object>x</ds:Object></ds:Signature>"),
        "signature_shape",
    ),
    "a Manifest in an Object": (
        lambda xml: xml.replace(
            "</ds:Signature>",
            '<ds:Object><ds:Manifest><ds:Reference URI="#x"/></ds:Manifest></ds:Object>'
            "</ds:Signature>",
        ),
        "signature_shape",
    ),
    "two SignedInfos": (
        lambda xml: xml.replace("<ds:SignatureValue>", "<ds:SignedInfo/><ds:SignatureValue>"),
        "signature_shape",
    ),
    "two References": (
        lambda xml: xml.replace("</ds:SignedInfo>", '<ds:Reference URI=""/></ds:SignedInfo>'),
        "reference",
    ),
    "no Reference": (
        lambda xml: xml.replace("<ds:Reference", "<ds:Referenz").replace(
            "</ds:Reference", "</ds:Referenz"
        ),
        "reference",
    ),
    "a RetrievalMethod": (
        lambda xml: xml.replace("<ds:KeyInfo>", '<ds:KeyInfo><ds:RetrievalMethod URI="#x"/>'),
        "key_info",
    ),
    "an HMACOutputLength": (
        lambda xml: xml.replace(
            'rsa-sha256"/>',
            'rsa-sha256"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>',
        ),
        "signature_algorithm",
    ),
    "a SignatureValue outside": (
        lambda xml: xml.replace("<saml:Subject>", "<ds:SignedInfo/><saml:Subject>").replace(
            "<saml:Assertion ", f'<saml:Assertion xmlns:ds="{DS}" ', 1
        ),
        "signature_shape",
    ),
}


@pytest.mark.parametrize(("bend", "check"), STRUCTURES.values(), ids=STRUCTURES.keys())
def test_only_the_plain_shape_of_a_signature_passes(
    acme: Trust, forge: Forge, bend: Bend, check: str
) -> None:
    acme.refuse(forge.but(after_signing=bend), check)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "#",
        "#other",
        "#xpointer(/)",
        "#xpointer(id('{id}'))",
        "file:///dev/zero",
        "http://127.0.0.1:1/x",
        "{id}",
    ],
)
def test_a_reference_points_at_the_element_that_holds_it(
    acme: Trust, forge: Forge, uri: str
) -> None:
    forged = forge.but()
    target = uri.replace("{id}", forged.assertion_id)
    bent = replace(
        forged,
        after_signing=lambda xml: xml.replace(f'URI="#{forged.assertion_id}"', f'URI="{target}"'),
    )

    acme.refuse(bent, "reference")


@pytest.mark.parametrize(
    "transforms",
    [
        (EXC_C14N,),
        (ENVELOPED, EXC_C14N, EXC_C14N),
        (ENVELOPED, ENVELOPED),
        (ENVELOPED, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
        (ENVELOPED, "http://www.w3.org/2000/09/xmldsig#base64"),
        (
            ENVELOPED,
            '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>'
            "not(ancestor-or-self::*[local-name()='NameID'])</ds:XPath></ds:Transform>",
        ),
        (
            ENVELOPED,
            '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
        ),
    ],
)
def test_other_transforms_are_refused(
    acme: Trust, forge: Forge, transforms: tuple[str, ...]
) -> None:
    inner = "".join(
        one if one.startswith("<") else f'<ds:Transform Algorithm="{one}"/>' for one in transforms
    )

    acme.refuse(
        forge.but(after_signing=lambda xml: _between(xml, "ds:Transforms>", inner)), "transforms"
    )


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        (f"{MORE}rsa-sha256", f"{DS}rsa-sha1", "signature_algorithm"),
        (f"{MORE}rsa-sha256", f"{MORE}rsa-md5", "signature_algorithm"),
        (f"{MORE}rsa-sha256", f"{MORE}hmac-sha256", "signature_algorithm"),
        (f"{MORE}rsa-sha256", f"{DS}hmac-sha1", "signature_algorithm"),
        (f"{MORE}rsa-sha256", f"{DS}dsa-sha1", "signature_algorithm"),
        (f"{MORE}rsa-sha256", "", "signature_algorithm"),
        ("http://www.w3.org/2001/04/xmlenc#sha256", f"{DS}sha1", "digest_algorithm"),
        ("http://www.w3.org/2001/04/xmlenc#sha256", f"{MORE}md5", "digest_algorithm"),
    ],
)
def test_weak_algorithms_are_refused(
    acme: Trust, forge: Forge, old: str, new: str, check: str
) -> None:
    error = acme.refuse(forge.but(after_signing=lambda xml: xml.replace(old, new)), check)

    assert "RSA-SHA256" in error.remedy


@pytest.mark.parametrize("kind", ["rsa2048", "dsa2048", "p256"])
@pytest.mark.parametrize(
    "method",
    [
        f"{MORE}rsa-sha256",
        f"{MORE}ecdsa-sha256",
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        "http://www.w3.org/2009/xmldsig11#dsa-sha256",
    ],
)
def test_a_signature_does_not_verify_by_another_method(acme: Trust, kind: str, method: str) -> None:
    trust = acme.with_key(private_key(kind))
    usual = sign_method_in(trust.forge.but().xml())

    if method != usual:
        trust.refuse(
            trust.forge.but(after_signing=lambda xml: xml.replace(usual, method)), "signature"
        )


def sign_method_in(xml: str) -> str:
    return xml.partition('SignatureMethod Algorithm="')[2].partition('"')[0]


@pytest.mark.parametrize(
    "method",
    [
        "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1",
        "http://www.w3.org/2007/05/xmldsig-more#sha224-rsa-MGF1",
        "http://www.w3.org/2007/05/xmldsig-more#rsa-pss",
    ],
)
def test_weak_or_parametrized_pss_is_refused(acme: Trust, forge: Forge, method: str) -> None:
    forged = forge.but(after_signing=lambda xml: xml.replace(f"{MORE}rsa-sha256", method))

    acme.refuse(forged, "signature_algorithm")


def test_a_real_sha1_signature_is_refused(acme: Trust, forge: Forge) -> None:
    signing = Signing(method=f"{DS}rsa-sha1", digest=f"{DS}sha1")

    acme.refuse(forge.but(signing=signing), "signature_algorithm")


def test_canonicalization_with_comments_is_refused(acme: Trust, forge: Forge) -> None:
    signing = Signing(canonicalization="http://www.w3.org/2001/10/xml-exc-c14n#WithComments")

    acme.refuse(forge.but(signing=signing), "canonicalization")


def test_the_public_key_is_no_hmac_secret(acme: Trust, forge: Forge) -> None:
    signing = replace(Signing(), key_info="<ds:KeyName>idp</ds:KeyName>")
    forged = forge.but(
        signing=signing,
        after_signing=lambda xml: xml.replace("rsa-sha256", "hmac-sha256"),
    )

    acme.refuse(forged, "signature_algorithm")


KEY_INFOS = {
    "X509Certificate": "",
    "KeyValue": "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB"
    "</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>",
    "KeyName": "<ds:KeyName>attacker</ds:KeyName>",
    "X509IssuerSerial": "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=idp.example"
    "</ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial>"
    "</ds:X509Data>",
    "X509SubjectName": "<ds:X509Data><ds:X509SubjectName>CN=idp.example</ds:X509SubjectName>"
    "</ds:X509Data>",
}


@pytest.mark.parametrize("key_info", KEY_INFOS.values(), ids=KEY_INFOS.keys())
def test_a_key_that_comes_with_the_message_is_not_used(
    acme: Trust, forge: Forge, key_info: str
) -> None:
    key = private_key("rsa2048", "attacker")
    signing = Signing(key_info=key_info)

    acme.refuse(forge.but(key=key, cert=certificate(key), signing=signing), "signature")


def test_an_impossible_certificate_that_comes_with_the_message_changes_nothing(
    acme: Trust, forge: Forge
) -> None:
    """Its X.509 version is 5: reading it fails in a way of its own."""
    impossible = der(forge.cert).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x05", 1)
    encoded = base64.b64encode(impossible).decode()
    info = f"<ds:X509Data><ds:X509Certificate>{encoded}</ds:X509Certificate></ds:X509Data>"
    stranger = private_key("rsa2048", "attacker")

    acme.accept(forge.but(signing=Signing(key_info=info)))
    acme.refuse(forge.but(key=stranger, signing=Signing(key_info=info)), "signature")


@pytest.mark.parametrize("kind", ["rsa1024", "dsa1024", "p192"])
def test_weak_keys_are_refused_even_when_configured(acme: Trust, kind: str) -> None:
    trust = acme.with_key(private_key(kind))

    trust.refuse(trust.forge.but(), "certificate", "signature")


def test_a_certificate_of_the_future_is_refused(acme: Trust, forge: Forge) -> None:
    early = certificate(forge.key, not_before=NOW + timedelta(days=2))

    acme.trusting(pem(early)).refuse(forge.but(), "certificate")


def test_a_tenant_may_refuse_expired_certificates(acme: Trust, forge: Forge) -> None:
    expired = certificate(forge.key, not_after=NOW - timedelta(days=2))
    trust = acme.trusting(pem(expired)).but(policy=Policy(refuse_expired_certificate=True))

    error = trust.refuse(forge.but(), "certificate")

    assert "expired on 1 May 2026" in error.got


def test_a_signature_over_a_status_is_not_over_the_assertion(acme: Trust, forge: Forge) -> None:
    forged = forge.but(
        status_xml=f'<samlp:Status ID="_s"><samlp:StatusCode Value="x:Success"/><ds:Signature '
        f'xmlns:ds="{NS["ds"]}"/></samlp:Status>',
        sign="none",
    )

    acme.refuse(forged, "signature_place")


def test_an_encryption_key_of_ours_in_the_message_changes_nothing(
    acme: Trust, forge: Forge
) -> None:
    own = "".join(service_provider_keys().certificate_pem.splitlines()[1:-1])
    info = f"<ds:X509Data><ds:X509Certificate>{own}</ds:X509Certificate></ds:X509Data>"

    acme.accept(forge.but(signing=Signing(key_info=info)))
