"""What python3-saml accepts in strict mode and must not be: one test for each hole."""

from dataclasses import replace
from datetime import timedelta

import pytest

from saml_sso.protocol.errors import MessageError
from saml_sso.protocol.identifiers import require_unmistakable
from saml_sso.protocol.parties import Policy
from tests.support.saml import ENVELOPED, EXC_C14N, NS, Forge, Signing, instant
from tests.support.saml_trust import ACS_URL, NOW, Trust

YEARS = instant(NOW + timedelta(days=3652))
LATER = instant(NOW + timedelta(minutes=5))


def test_the_same_response_twice(acme: Trust, forge: Forge) -> None:
    forged = forge.but()
    used = acme.accept(forged).key.assertion_id

    acme.refuse(forged, "replay", used=frozenset({used}))


def test_the_same_assertion_in_a_new_envelope(acme: Trust, forge: Forge) -> None:
    first = forge.but()
    used = acme.accept(first).key.assertion_id
    again = first.xml().replace(first.response_id, "_another")

    acme.refuse(again, "replay", used=frozenset({used}))


def test_in_response_to_stripped_from_the_envelope(acme: Trust, forge: Forge) -> None:
    forged = forge.but(in_response_to=None, confirmation_in_response_to="_unknown")

    acme.asked().refuse(forged, "in_response_to")


def test_in_response_to_only_in_the_unsigned_envelope(acme: Trust, forge: Forge) -> None:
    forged = forge.but(in_response_to="_asked", confirmation_in_response_to=None)

    acme.asked().refuse(forged, "in_response_to")


def test_in_response_to_absent_where_only_answers_are_allowed(acme: Trust, forge: Forge) -> None:
    trust = acme.asked().but(policy=Policy(allow_idp_initiated=False))

    trust.refuse(forge.but(), "idp_initiated")


@pytest.mark.parametrize("confirmed", ["_bogus", None])
def test_in_response_to_unknown(acme: Trust, forge: Forge, confirmed: str | None) -> None:
    forged = forge.but(in_response_to="_bogus", confirmation_in_response_to=confirmed)

    acme.asked().refuse(forged, "in_response_to")


def test_in_response_to_of_two_different_requests(acme: Trust, forge: Forge) -> None:
    forged = forge.but(in_response_to="_other", confirmation_in_response_to="_asked")

    acme.asked().refuse(forged, "in_response_to")


@pytest.mark.parametrize(
    "recipient",
    [
        None,
        f"{ACS_URL}2",
        f"{ACS_URL}/",
        f"https://evil.example/?x={ACS_URL}",
        ACS_URL.upper(),
        ACS_URL.replace("https", "http"),
        " ",
    ],
)
def test_recipient_that_is_not_exactly_ours(
    acme: Trust, forge: Forge, recipient: str | None
) -> None:
    acme.refuse(forge.but(recipient=recipient), "recipient")


@pytest.mark.parametrize(
    "destination",
    [
        None,
        f"{ACS_URL}2",
        f"{ACS_URL}/",
        f"{ACS_URL}?x=1",
        ACS_URL.replace("gatehouse.example", "GATEHOUSE.example"),
        " ",
    ],
)
def test_destination_that_is_not_exactly_ours(
    acme: Trust, forge: Forge, destination: str | None
) -> None:
    acme.refuse(forge.but(destination=destination, sign="both"), "destination")


@pytest.mark.parametrize(
    "audiences",
    [
        (),
        (("https://other.example",),),
        ((f"{ACS_URL}2",),),
        ((ACS_URL,), ("https://other.example",)),
        ((f"{ACS_URL}, https://other.example",),),
    ],
)
def test_audience_that_does_not_name_us_in_every_restriction(
    acme: Trust, forge: Forge, audiences: tuple[tuple[str, ...], ...]
) -> None:
    error = acme.refuse(forge.but(audiences=audiences), "audience")

    assert error.expected == ACS_URL


def test_no_time_limits(acme: Trust, forge: Forge) -> None:
    acme.refuse(forge.but(not_before=None, not_on_or_after=None), "not_on_or_after")


def test_no_conditions(acme: Trust, forge: Forge) -> None:
    acme.refuse(forge.but(conditions_xml=""), "conditions")


@pytest.mark.parametrize(
    "bend", [{"not_on_or_after": YEARS}, {"confirmation_not_on_or_after": YEARS}]
)
def test_time_limits_of_ten_years(acme: Trust, forge: Forge, bend: dict[str, str]) -> None:
    acme.refuse(forge.but(**bend), "lifetime")


def test_bearer_confirmation_with_not_before(acme: Trust, forge: Forge) -> None:
    forged = forge.but(confirmation_not_before=instant(NOW - timedelta(minutes=5)))

    acme.refuse(forged, "subject_confirmation")


def test_bearer_confirmation_without_not_on_or_after(acme: Trust, forge: Forge) -> None:
    acme.refuse(forge.but(confirmation_not_on_or_after=None), "not_on_or_after")


@pytest.mark.parametrize("name", ["issue_instant", "assertion_issue_instant"])
def test_issue_instant_in_the_future(acme: Trust, forge: Forge, name: str) -> None:
    forged = forge.but(**{name: instant(NOW + timedelta(minutes=10))})

    acme.refuse(forged, "issue_instant")


@pytest.mark.parametrize("name", ["issue_instant", "assertion_issue_instant"])
def test_issue_instant_long_past(acme: Trust, forge: Forge, name: str) -> None:
    forged = forge.but(**{name: instant(NOW - timedelta(days=3))})

    acme.refuse(forged, "issue_instant")


def test_assertion_of_version_1_1(acme: Trust, forge: Forge) -> None:
    acme.refuse(forge.but(assertion_version="1.1"), "version")


def test_response_of_version_1_1(acme: Trust, forge: Forge) -> None:
    acme.refuse(forge.but(version="1.1"), "version")


def test_two_references(acme: Trust, forge: Forge) -> None:
    second = (
        '<ds:Reference URI=""><ds:Transforms><ds:Transform '
        f'Algorithm="{ENVELOPED}"/></ds:Transforms><ds:DigestMethod '
        'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>'
    )

    acme.refuse(forge.but(signing=Signing(extra=second)), "reference")


def test_xpath_transform_that_leaves_the_name_id_unsigned(acme: Trust, forge: Forge) -> None:
    xpath = (
        '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath '
        f'xmlns:saml="{NS["saml"]}">not(ancestor-or-self::saml:NameID)</ds:XPath></ds:Transform>'
    )
    signing = Signing(transforms=(ENVELOPED, xpath, EXC_C14N))

    acme.refuse(forge.but(signing=signing), "transforms")


def test_somebody_elses_identity_provider(acme: Trust, forge: Forge) -> None:
    acme.refuse(forge.but(entity_id="https://other-idp.example"), "issuer")


@pytest.mark.parametrize("name", ["response_issuer", "assertion_issuer"])
def test_one_issuer_of_two_is_another(acme: Trust, forge: Forge, name: str) -> None:
    acme.refuse(forge.but(**{name: "https://other-idp.example"}, sign="both"), "issuer")


def test_without_an_entity_id_both_issuers_must_agree(acme: Trust, forge: Forge) -> None:
    trust = acme.but(idp=replace(acme.idp, entity_id=None))

    trust.refuse(forge.but(response_issuer="https://other.example"), "issuer")


def test_we_issue_nothing_to_ourselves(acme: Trust, forge: Forge) -> None:
    trust = acme.but(idp=replace(acme.idp, entity_id=None))

    trust.refuse(forge.but(entity_id=ACS_URL), "issuer")


@pytest.mark.parametrize(
    "name_id",
    [
        "ada@acme.examp\u200ble",
        "a\u202eda@acme.example",
        "ada\u00ad@acme.example",
        "ada@acme.example\neve@acme.example",
    ],
)
def test_invisible_letters(acme: Trust, forge: Forge, name_id: str) -> None:
    acme.refuse(forge.but(name_id=name_id), "identifier")


@pytest.mark.parametrize(
    "name_id",
    [
        "аda@acme.example",  # noqa: RUF001 - Cyrillic
        "ada@аcme.example",  # noqa: RUF001 - Cyrillic
        "\uff41da@acme.example",
        "\u212aate@acme.example",
        "\u0131da@acme.example",
        "\u0130da@acme.example",
        "a\u0301da@acme.example",
        "\u03bfda@acme.example",
        "ada@acme.example,eve@acme.example",
        "ada@acme.example;eve@acme.example",
        "ada@acme.example eve@acme.example",
        "Ada <ada@acme.example>",
        "ada@acme.example@evil.example",
    ],
)
def test_what_can_be_mistaken_finds_an_account_and_makes_none(
    acme: Trust, forge: Forge, name_id: str
) -> None:
    identifier = acme.accept(forge.but(name_id=name_id)).identifier

    assert identifier == name_id
    with pytest.raises(MessageError) as refusal:
        require_unmistakable(identifier)
    assert refusal.value.check == "identifier"


def test_elements_inside_the_identifying_attribute(acme: Trust, forge: Forge) -> None:
    trust = acme.but(policy=Policy(identifier_attribute="mail"))
    forged = forge.but(
        attributes_xml='<saml:Attribute Name="mail"><saml:AttributeValue>ada@acme.example'
        '<x:x xmlns:x="urn:x">.evil.example</x:x></saml:AttributeValue></saml:Attribute>'
    )

    trust.refuse(forged, "child_elements")


@pytest.mark.parametrize(
    "value", ["<x:x>ada@acme.example</x:x>", "ada@acme.example<saml:NameID>y</saml:NameID>"]
)
def test_elements_inside_an_attribute(acme: Trust, forge: Forge, value: str) -> None:
    forged = forge.but(
        attributes_xml='<saml:Attribute Name="mail" xmlns:x="urn:x"><saml:AttributeValue>'
        f"{value}</saml:AttributeValue></saml:Attribute>"
    )

    acme.but(policy=Policy(identifier_attribute="mail")).refuse(forged, "schema", "child_elements")
    assert acme.accept(forged).attributes == {"mail": ()}


def test_elements_inside_the_name_id(acme: Trust, forge: Forge) -> None:
    forged = forge.but(
        name_id_xml='<saml:NameID>ada@acme.example<x:x xmlns:x="urn:x">y</x:x></saml:NameID>'
    )

    acme.refuse(forged, "schema", "child_elements")


def test_what_was_meant_for_another_tenant(acme: Trust, forge: Forge) -> None:
    globex = replace(acme.sp, entity_id=f"{ACS_URL}2", acs_url=f"{ACS_URL}2")

    acme.but(sp=globex).refuse(forge.but(), "destination")
    acme.but(sp=globex).refuse(forge.but(destination=f"{ACS_URL}2"), "audience")
