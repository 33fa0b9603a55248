"""The demo identity provider by itself, over real HTTP on the loopback interface."""

import base64
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
import xmlsec
from lxml import etree

from demo.keys import load_or_make_key_pair
from tests.demo.conftest import SIGN_ON_PAGE_URL, DemoProcess
from tests.support.html_forms import form_with_field
from tests.support.processes import PATIENCE

pytestmark = pytest.mark.xdist_group("demo")  # One process serves them all.

NAMES = {
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}


def get(url: str, **params: str) -> httpx2.Response:
    return httpx2.get(url, params=params or None, trust_env=False, timeout=PATIENCE)


def press(url: str, **fields: str) -> httpx2.Response:
    return httpx2.post(url, data=fields, trust_env=False, timeout=PATIENCE)


def response_in(page: str) -> etree._Element:
    form = form_with_field(page, "SAMLResponse")
    assert form.action == SIGN_ON_PAGE_URL
    return etree.fromstring(base64.b64decode(form.fields["SAMLResponse"]))


def ids_in(message: etree._Element) -> set[str]:
    return {str(element.attrib["ID"]) for element in message.iter() if "ID" in element.attrib}


def verify(element: etree._Element, demo: DemoProcess) -> None:
    """Check the enveloped signature of ``element`` with the certificate in the state folder."""
    signature = element.find("ds:Signature", NAMES)
    assert signature is not None
    context = xmlsec.SignatureContext()
    context.register_id(element, "ID")
    context.key = xmlsec.Key.from_file(
        str(load_or_make_key_pair(demo.state).certificate_file),
        xmlsec.constants.KeyDataFormatCertPem,
    )
    context.verify(signature)


def authn_request(demo: DemoProcess, **changes: str) -> str:
    """An AuthnRequest as XML; ``changes`` replace its issuer, destination or ACS URL."""
    values = {
        "issuer": SIGN_ON_PAGE_URL,
        "destination": f"{demo.url}/sso",
        "acs": SIGN_ON_PAGE_URL,
        "issued": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    } | changes
    return (
        f'<samlp:AuthnRequest xmlns:samlp="{NAMES["samlp"]}" xmlns:saml="{NAMES["saml"]}" '
        f'ID="_request-1" Version="2.0" IssueInstant="{values["issued"]}" '
        f'Destination="{values["destination"]}" AssertionConsumerServiceURL="{values["acs"]}">'
        f"<saml:Issuer>{values['issuer']}</saml:Issuer></samlp:AuthnRequest>"
    )


def deflated(request: str) -> str:
    """``request`` for the HTTP-Redirect binding (SAML 2.0 Bindings, 3.4.4.1)."""
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return base64.b64encode(compressor.compress(request.encode()) + compressor.flush()).decode()


class TestMetadata:
    def test_names_the_sso_endpoint_for_both_bindings(self, demo: DemoProcess) -> None:
        metadata = etree.fromstring(get(f"{demo.url}/metadata").content)

        endpoints = metadata.findall(".//md:SingleSignOnService", NAMES)
        assert [endpoint.get("Location") for endpoint in endpoints] == [f"{demo.url}/sso"] * 2
        assert {endpoint.get("Binding", "").rpartition(":")[2] for endpoint in endpoints} == {
            "HTTP-Redirect",
            "HTTP-POST",
        }

    def test_carries_the_certificate_of_the_state_folder(self, demo: DemoProcess) -> None:
        metadata = etree.fromstring(get(f"{demo.url}/metadata").content)

        told = metadata.findtext(
            ".//md:KeyDescriptor[@use='signing']//ds:X509Certificate", "", NAMES
        )
        kept = load_or_make_key_pair(demo.state).certificate_file.read_text()
        assert "".join(told.split()) in "".join(kept.split())

    def test_the_private_key_is_readable_by_its_owner_only(self, demo: DemoProcess) -> None:
        mode = load_or_make_key_pair(demo.state).key_file.stat().st_mode

        assert mode & 0o777 == 0o600


class TestIdPInitiated:
    def test_response_and_assertion_verify_with_the_certificate(self, demo: DemoProcess) -> None:
        response = response_in(press(f"{demo.url}/open", person="mara").text)

        verify(response, demo)
        assertion = response.find("saml:Assertion", NAMES)
        assert assertion is not None
        verify(assertion, demo)

    def test_the_assertion_is_about_the_person_and_for_the_tenant_only(
        self, demo: DemoProcess
    ) -> None:
        response = response_in(press(f"{demo.url}/open", person="mara").text)

        assert response.findtext(".//saml:NameID", "", NAMES) == "mara.lindqvist@acme.example"
        assert response.findtext(".//saml:Audience", "", NAMES) == SIGN_ON_PAGE_URL
        confirmation = response.find(".//saml:SubjectConfirmationData", NAMES)
        assert confirmation is not None
        assert confirmation.get("Recipient") == SIGN_ON_PAGE_URL
        assert response.get("Destination") == SIGN_ON_PAGE_URL

    def test_it_answers_no_request(self, demo: DemoProcess) -> None:
        page = press(f"{demo.url}/open", person="mara").text

        assert b"InResponseTo" not in etree.tostring(response_in(page))

    def test_two_responses_never_share_an_id(self, demo: DemoProcess) -> None:
        first, second = (
            response_in(press(f"{demo.url}/open", person="jonas").text) for _ in range(2)
        )

        assert not ids_in(first) & ids_in(second)

    def test_a_name_with_accents_survives(self, demo: DemoProcess) -> None:
        response = response_in(press(f"{demo.url}/open", person="ines").text)

        verify(response, demo)
        assert "Inês" in list(response.itertext())


class TestSPInitiated:
    def ask(self, demo: DemoProcess, request: str) -> httpx2.Response:
        return get(f"{demo.url}/sso", SAMLRequest=deflated(request), RelayState="/account/")

    def test_a_redirected_request_ends_in_a_response_to_it(self, demo: DemoProcess) -> None:
        chooser = form_with_field(self.ask(demo, authn_request(demo)).text, "request_id")

        page = press(f"{demo.url}{chooser.action}", **chooser.fields, person="aiko").text

        response = response_in(page)
        verify(response, demo)
        assert response.get("InResponseTo") == "_request-1"
        confirmation = response.find(".//saml:SubjectConfirmationData", NAMES)
        assert confirmation is not None
        assert confirmation.get("InResponseTo") == "_request-1"
        assert form_with_field(page, "SAMLResponse").fields["RelayState"] == "/account/"

    def test_a_posted_request_is_read_too(self, demo: DemoProcess) -> None:
        encoded = base64.b64encode(authn_request(demo).encode()).decode()

        page = press(f"{demo.url}/sso", SAMLRequest=encoded).text

        assert form_with_field(page, "request_id").fields["request_id"] == "_request-1"

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"issuer": "https://other.example/"}, "connected to"),
            ({"acs": "https://other.example/acs"}, "answers go to"),
            ({"destination": "https://other.example/sso"}, "refused"),
            (
                {"issued": (datetime.now(UTC) - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")},
                "more than a day ago",
            ),
        ],
        ids=["foreign issuer", "foreign ACS", "foreign destination", "old"],
    )
    def test_a_request_not_meant_for_this_pair_is_refused(
        self, demo: DemoProcess, changes: dict[str, str], reason: str
    ) -> None:
        answer = self.ask(demo, authn_request(demo, **changes))

        assert answer.status_code == 400
        assert reason in answer.text

    @pytest.mark.parametrize("message", ["", "%%%", "bm90IHhtbA=="])
    def test_an_unreadable_request_is_refused(self, demo: DemoProcess, message: str) -> None:
        answer = get(f"{demo.url}/sso", SAMLRequest=message)

        assert answer.status_code == 400


class TestPages:
    def test_the_dashboard_says_that_it_is_not_for_production(self, demo: DemoProcess) -> None:
        page = get(f"{demo.url}/").text

        assert "never use it in production" in page
        assert "Provision over SCIM" in page

    def test_no_page_needs_an_inline_script_or_another_host(self, demo: DemoProcess) -> None:
        answer = get(f"{demo.url}/")

        assert "unsafe" not in answer.headers["content-security-policy"]
        assert " style=" not in answer.text
        assert "<script>" not in answer.text
        assert get(f"{demo.url}/static/demo.css").status_code == 200

    def test_a_tenant_that_cannot_be_reached_is_said_on_the_page(self, demo: DemoProcess) -> None:
        page = press(f"{demo.url}/provision", person="mara").text

        assert "Gatehouse cannot be reached" in page

    def test_another_sites_form_is_refused(self, demo: DemoProcess) -> None:
        answer = httpx2.post(
            f"{demo.url}/open",
            data={"person": "mara"},
            headers={"Sec-Fetch-Site": "cross-site"},
            trust_env=False,
            timeout=PATIENCE,
        )

        assert answer.status_code == 403

    def test_a_rebound_host_name_is_refused(self, demo: DemoProcess) -> None:
        port = urlsplit(demo.url).port

        answer = httpx2.get(
            f"{demo.url}/",
            headers={"Host": f"rebound.example:{port}"},
            trust_env=False,
            timeout=PATIENCE,
        )

        assert answer.status_code == 421

    def test_an_unknown_person_is_refused(self, demo: DemoProcess) -> None:
        assert press(f"{demo.url}/open", person="nobody").status_code == 400
