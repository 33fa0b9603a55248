"""The foreign identity providers themselves: they start, sign, encrypt and answer requests."""

import base64
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
import xmlsec
from lxml import etree

from demo.keys import load_or_make_key_pair
from tests.foreign_idps.parties import ForeignIdentityProvider, ServiceProviderFacts

pytestmark = pytest.mark.xdist_group("foreign_idps")  # Each process is started once.

NAMES = {
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
ACS_URL = "http://127.0.0.1:9/saml/acme/"
PLAIN = ServiceProviderFacts(entity_id=ACS_URL, acs_url=ACS_URL)
EMAIL = "mara.lindqvist@acme.example"

Start = Callable[[ServiceProviderFacts], ForeignIdentityProvider]


@pytest.fixture(params=["npm_saml_idp", "simplesamlphp"])
def start(request: pytest.FixtureRequest) -> Start:
    """Each foreign identity provider in turn."""
    fixture: Start = request.getfixturevalue(request.param)
    return fixture


def signed_element(response: etree._Element, certificate: str) -> etree._Element:
    """The element of ``response`` whose signature the certificate verifies."""
    signature = response.find(".//ds:Signature", NAMES)
    assert signature is not None
    element = signature.getparent()
    assert element is not None
    context = xmlsec.SignatureContext()
    context.register_id(element, "ID")
    context.key = xmlsec.Key.from_memory(
        certificate.encode(), xmlsec.constants.KeyDataFormatCertPem
    )
    context.verify(signature)
    return element


def sso_url(metadata: str) -> str:
    """Where the metadata takes AuthnRequests by HTTP-Redirect."""
    for endpoint in etree.fromstring(metadata.encode()).iterfind(
        ".//md:SingleSignOnService", NAMES
    ):
        if str(endpoint.get("Binding")).endswith("HTTP-Redirect"):
            return str(endpoint.get("Location"))
    raise AssertionError(f"No HTTP-Redirect endpoint in {metadata}")


def redirected_authn_request(destination: str) -> str:
    """``destination`` with an AuthnRequest of ``PLAIN`` called ``_request-1``."""
    issued = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    request = (
        f'<samlp:AuthnRequest xmlns:samlp="{NAMES["samlp"]}" xmlns:saml="{NAMES["saml"]}" '
        f'ID="_request-1" Version="2.0" IssueInstant="{issued}" Destination="{destination}" '
        f'AssertionConsumerServiceURL="{ACS_URL}"><saml:Issuer>{ACS_URL}</saml:Issuer>'
        "</samlp:AuthnRequest>"
    )
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    deflated = compressor.compress(request.encode()) + compressor.flush()
    return f"{destination}?{urlencode({'SAMLRequest': base64.b64encode(deflated).decode()})}"


def test_an_idp_initiated_response_is_signed_and_names_the_person(start: Start) -> None:
    idp = start(PLAIN)

    posted = idp.idp_initiated(EMAIL)

    assert posted.acs_url == ACS_URL
    assert signed_element(posted.document, idp.certificate) is not None
    assert posted.document.findtext(".//saml:NameID", "", NAMES) == EMAIL
    assert posted.document.findtext(".//saml:Assertion/saml:Issuer", "", NAMES) == idp.entity_id
    assert b"InResponseTo" not in etree.tostring(posted.document)


def test_another_person_is_another_name_id(start: Start) -> None:
    posted = start(PLAIN).idp_initiated("jonas.okafor@acme.example")

    assert posted.document.findtext(".//saml:NameID", "", NAMES) == "jonas.okafor@acme.example"


def test_a_request_is_answered_with_its_id(start: Start) -> None:
    idp = start(PLAIN)

    posted = idp.answer(redirected_authn_request(sso_url(idp.metadata())), EMAIL)

    assert posted.document.get("InResponseTo") == "_request-1"


def test_assertions_are_encrypted_for_a_service_provider_with_a_certificate(
    simplesamlphp: Start, tmp_path: Path
) -> None:
    certificate = load_or_make_key_pair(tmp_path).certificate_file.read_text()

    facts = ServiceProviderFacts(ACS_URL, ACS_URL, encryption_certificate=certificate)
    idp = simplesamlphp(facts)

    document = idp.idp_initiated(EMAIL).document
    assert document.find("saml:EncryptedAssertion", NAMES) is not None
    assert document.find("saml:Assertion", NAMES) is None
