"""What SAML lets an identity provider leave out, or write in its own way, refuses nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import onelogin.saml2
import pytest
from lxml import etree

from saml_sso.protocol.optional import EMPTY_IS_ABSENT
from saml_sso.protocol.parties import Policy
from tests.support.saml import Forge, SignedPart, certificate, instant, pem, private_key
from tests.support.saml_trust import NOW, Trust

SCHEMAS = Path(onelogin.saml2.__file__).parent / "schemas"
XSD = {"xs": "http://www.w3.org/2001/XMLSchema"}
JUDGED_ELSEWHERE = {
    "Destination": "an empty one is refused",
    "ID": "of metadata, which nothing refers to",
    "Name": "required where an identity provider sends it",
}


def optional_attributes() -> Iterator[str]:
    """What the schemas of assertions, protocol and metadata call optional."""
    for part in ("assertion", "protocol", "metadata"):
        tree = etree.parse(str(SCHEMAS / f"saml-schema-{part}-2.0.xsd"))
        for attribute in tree.iterfind(".//xs:attribute[@name]", XSD):
            if attribute.get("use") != "required":
                yield attribute.get("name", "")


def test_every_optional_attribute_may_be_empty_but_for_those_named() -> None:
    assert set(optional_attributes()) == EMPTY_IS_ABSENT | set(JUDGED_ELSEWHERE)


# Where a response may carry an optional attribute: a place in its text that stands once.
PLACES = {
    "Response InResponseTo": ("<samlp:Response ", ' InResponseTo="{}"'),
    "Response Consent": ("<samlp:Response ", ' Consent="{}"'),
    "NameID NameQualifier": ("<saml:NameID ", ' NameQualifier="{}"'),
    "NameID SPNameQualifier": ("<saml:NameID ", ' SPNameQualifier="{}"'),
    "NameID SPProvidedID": ("<saml:NameID ", ' SPProvidedID="{}"'),
    "Confirmation InResponseTo": ("<saml:SubjectConfirmationData ", ' InResponseTo="{}"'),
    "Confirmation NotBefore": ("<saml:SubjectConfirmationData ", ' NotBefore="{}"'),
    "Confirmation Address": ("<saml:SubjectConfirmationData ", ' Address="{}"'),
    "AuthnStatement SessionNotOnOrAfter": ("<saml:AuthnStatement ", ' SessionNotOnOrAfter="{}"'),
    "Attribute NameFormat": ("<saml:Attribute ", ' NameFormat="{}"'),
    "Attribute FriendlyName": ("<saml:Attribute ", ' FriendlyName="{}"'),
}


@pytest.mark.parametrize("value", ["", " "], ids=["empty", "space"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("signed", ["assertion", "both"])
def test_an_empty_optional_attribute_counts_as_absent(
    acme: Trust, forge: Forge, place: str, value: str, signed: SignedPart
) -> None:
    tag, attribute = PLACES[place]

    def bend(xml: str) -> str:
        assert xml.count(tag) == 1
        return xml.replace(tag, tag.rstrip() + attribute.format(value) + " ")

    bent = forge.but(attributes={"mail": ("x",)}, before_signing=bend, sign=signed)
    plain = acme.accept(forge.but(attributes={"mail": ("x",)}, sign=signed))

    accepted = acme.accept(bent)

    assert (accepted.identifier, accepted.request) == (plain.identifier, None)
    assert accepted.name_id == plain.name_id
    assert accepted.session_not_on_or_after is None


@pytest.mark.parametrize(
    ("given", "replacement"),
    [
        ('NotBefore="', 'NotBefore="" x="'),
        ('SessionIndex="', 'SessionIndex="" x="'),
        ('Format="', 'Format="" x="'),
    ],
    ids=["NotBefore", "SessionIndex", "Format"],
)
def test_an_attribute_that_is_usually_sent_may_be_empty(
    acme: Trust, forge: Forge, given: str, replacement: str
) -> None:
    def bend(xml: str) -> str:
        emptied = xml.replace(given, replacement, 1)
        head, _, rest = emptied.partition(' x="')
        return head + rest.partition('"')[2]

    assert acme.accept(forge.but(before_signing=bend)).identifier == "ada@acme.example"


@pytest.mark.parametrize("form", ["plain", "encrypted"])
def test_an_unsigned_response_may_leave_its_destination_out(
    acme: Trust, forge: Forge, form: str
) -> None:
    to = acme.sp.key_pairs[0].certificate_pem if form == "encrypted" else None

    acme.accept(forge.but(destination=None, sign="assertion", encrypt_to=to))

    for signed in ("response", "both"):
        acme.refuse(forge.but(destination=None, sign=signed, encrypt_to=to), "destination")
    for wrong in (" ", "https://elsewhere.example/"):
        acme.refuse(forge.but(destination=wrong, encrypt_to=to), "destination")


def typed(rest: str) -> str:
    return (
        '<saml:Attribute Name="{name}"><saml:AttributeValue '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {rest}'
        "</saml:AttributeValue></saml:Attribute>"
    )


VALUES = {
    "a type of the identity provider's own": typed('xmlns:n="urn:n" xsi:type="n:OwnType">Muster'),
    "a type whose prefix stands for nothing": typed('xsi:type="xs:string">Muster'),
    "a number that is none": typed(
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:integer">many'
    ),
    "elements": typed('><a:Street xmlns:a="urn:example:address">Main</a:Street>'),
    "text and elements": typed('>x<saml:NameID>y</saml:NameID>'),
    "elements of SAML that are wrong there": typed("><saml:Issuer><saml:Surprise/></saml:Issuer>"),
    "nothing, with a value": typed('xsi:nil="true">x'),
}  # fmt: skip


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("identifier", [None, "mail"], ids=["NameID", "attribute"])
def test_an_attribute_that_nobody_uses_may_hold_anything(
    acme: Trust, forge: Forge, value: str, identifier: str | None
) -> None:
    trust = acme.but(policy=Policy(identifier_attribute=identifier))
    bent = forge.but(
        attributes={"mail": ("ada@acme.example",)}, attributes_xml=value.format(name="other")
    )

    assert trust.accept(bent).identifier == "ada@acme.example"


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_the_attribute_that_names_the_person_is_judged_strictly(
    acme: Trust, forge: Forge, value: str
) -> None:
    trust = acme.but(policy=Policy(identifier_attribute="other"))

    trust.refuse(
        forge.but(attributes_xml=value.format(name="other")),
        *("schema", "child_elements", "identifier"),
    )


def test_an_answer_may_be_named_in_the_signed_confirmation_only(acme: Trust, forge: Forge) -> None:
    answer = forge.but(in_response_to=None, confirmation_in_response_to="_asked")

    assert acme.asked().accept(answer).request is not None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"confirmation_in_response_to": None, "sign": "response"},
        {"in_response_to": None, "confirmation_in_response_to": "_asked"},
    ],
    ids=["both", "envelope", "confirmation"],
)
def test_an_answer_to_another_browser_is_refused_also_where_made_up_ones_are_tolerated(
    acme: Trust, forge: Forge, changes: dict[str, str]
) -> None:
    theirs = tuple(replace(one, is_of_this_browser=False) for one in acme.asked().pending)
    answer = forge.but(**{"in_response_to": "_asked", **changes})

    tolerant = acme.but(pending=theirs, policy=Policy(tolerate_unsolicited_in_response_to=True))

    tolerant.refuse(answer, "in_response_to")
    assert tolerant.accept(forge.but(in_response_to="_made_up")).request is None


def test_the_next_certificate_counts_when_its_time_has_come(acme: Trust, forge: Forge) -> None:
    key = private_key("rsa2048", "next")
    following = certificate(key, name="next", not_before=NOW + timedelta(days=1))
    trust = acme.trusting(pem(forge.cert), pem(following))
    response = forge.but(key=key, cert=following)

    assert "valid from 4 May 2026" in trust.refuse(response, "certificate").got
    for skew in (timedelta(days=1) - timedelta(minutes=3), timedelta(days=2)):
        then = NOW + skew
        trust.but(now=then).accept(response.but(now=then))


def test_a_renewal_of_the_future_does_not_hide_the_expired_certificate_of_the_same_key(
    acme: Trust, forge: Forge
) -> None:
    expired = certificate(forge.key, not_after=NOW - timedelta(days=1))
    following = certificate(forge.key, not_before=NOW + timedelta(days=1))

    for order in ((expired, following), (following, expired)):
        assert acme.trusting(*map(pem, order)).accept(forge.but()).warnings


def test_a_session_that_is_over_signs_nobody_in(acme: Trust, forge: Forge) -> None:
    for ended in (timedelta(), timedelta(seconds=30), timedelta(days=1)):
        over = forge.but(session_not_on_or_after=instant(NOW - ended))
        assert acme.refuse(over, "session_not_on_or_after").remedy
