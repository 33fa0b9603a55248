"""Single Logout in both directions, over HTTP."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree

from accounts.models import Session
from tests.support.saml import NS, Forge, instant, new_id
from tests.support.saml_party import Party, post_response
from tests.support.saml_redirect import deflated, redirect_query

if TYPE_CHECKING:
    from accounts.models import User

URL = "http://127.0.0.1:8000/saml/acme/logout"
PATH = "/saml/acme/logout"


@pytest.fixture
def idp(slo_idp: Party) -> Party:
    """Acme's identity provider, which has a logout URL."""
    return slo_idp


def logout_request(forge: Forge, *, name_id: str = "bob@acme.example", index: str = "s1") -> str:
    return (
        f'<samlp:LogoutRequest xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" '
        f'ID="{new_id()}" Version="2.0" IssueInstant="{instant(timezone.now())}" '
        f'Destination="{URL}"><saml:Issuer>{forge.entity_id}</saml:Issuer>'
        f"<saml:NameID>{name_id}</saml:NameID>"
        f"<samlp:SessionIndex>{index}</samlp:SessionIndex></samlp:LogoutRequest>"
    )


def logout_response(forge: Forge, in_response_to: str) -> str:
    return (
        f'<samlp:LogoutResponse xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" '
        f'ID="{new_id()}" Version="2.0" IssueInstant="{instant(timezone.now())}" '
        f'Destination="{URL}" InResponseTo="{in_response_to}">'
        f"<saml:Issuer>{forge.entity_id}</saml:Issuer><samlp:Status><samlp:StatusCode "
        'Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
        "</samlp:LogoutResponse>"
    )


def signed(forge: Forge, xml: str, parameter: str = "SAMLRequest") -> str:
    return redirect_query({parameter: deflated(xml)}, forge.key)


def sessions(user: User) -> int:
    return Session.objects.filter(user=user).count()


class TestFromTheIdentityProvider:
    def test_a_signed_request_ends_the_session_it_names_and_is_answered(
        self, bob: User, idp: Party
    ) -> None:
        post_response(Client(), idp.forge)

        response = Client().get(f"{PATH}?{signed(idp.forge, logout_request(idp.forge))}")

        assert sessions(bob) == 0
        assert response["Location"].startswith("https://login.acme.example/slo?SAMLResponse=")
        assert "Signature=" in response["Location"]

    @pytest.mark.parametrize("other", [{"index": "s2"}, {"name_id": "alice@acme.example"}], ids=str)
    def test_other_sessions_go_on(self, bob: User, idp: Party, other: dict[str, str]) -> None:
        post_response(Client(), idp.forge)

        Client().get(f"{PATH}?{signed(idp.forge, logout_request(idp.forge, **other))}")

        assert sessions(bob) == 1

    def test_a_request_counts_once(self, bob: User, idp: Party) -> None:
        query = signed(idp.forge, logout_request(idp.forge))
        post_response(Client(), idp.forge)
        first = Client().get(f"{PATH}?{query}")
        post_response(Client(), idp.forge.but())

        again = Client().get(f"{PATH}?{query}")

        assert (first.status_code, again.status_code) == (302, 403)
        assert sessions(bob) == 1

    def test_an_unsigned_request_ends_nothing(self, bob: User, idp: Party) -> None:
        post_response(Client(), idp.forge)
        encoded = base64.b64encode(logout_request(idp.forge).encode()).decode()

        response = Client().post(PATH, {"SAMLRequest": encoded})

        assert response.status_code == 403
        assert sessions(bob) == 1

    def test_another_tenants_identity_provider_ends_nothing(
        self, bob: User, idp: Party, other_idp: Party
    ) -> None:
        post_response(Client(), idp.forge)
        xml = logout_request(idp.forge)

        response = Client().get(f"{PATH}?{signed(other_idp.forge, xml)}")

        assert response.status_code == 403
        assert sessions(bob) == 1

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            ("SAMLRequest=x&SAMLRequest=y", "application/x-www-form-urlencoded"),
            ("SAMLRequest=x", "application/x-www-form-urlencoded; charset=iso-8859-1"),
            ("x", "multipart/form-data; boundary=\u00fc"),
            ("", "text/plain"),
        ],
    )
    def test_a_broken_form_gets_the_plain_page(
        self, idp: Party, body: str, content_type: str
    ) -> None:
        sent = Client().generic("POST", PATH, body, content_type=content_type)

        assert sent.status_code == 403

    @pytest.mark.parametrize("query", ["", "?SAMLRequest=x", "?SAMLResponse=x&SAMLRequest=y"])
    def test_nonsense_gets_the_plain_page(self, idp: Party, query: str) -> None:
        assert Client().get(f"{PATH}{query}").status_code == 403


class TestFromHere:
    def leave(self, idp: Party, client: Client) -> str:
        """Sign out; return the address at the identity provider the browser goes to."""
        post_response(client, idp.forge)
        out = client.post("/sign-out/")
        return str(client.get(out["Location"])["Location"])

    def test_signing_out_ends_the_session_here_and_at_the_identity_provider(
        self, bob: User, idp: Party, client: Client
    ) -> None:
        location = self.leave(idp, client)

        query = parse_qs(urlsplit(location).query)
        message = etree.fromstring(
            zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), wbits=-15)
        )
        assert sessions(bob) == 0
        assert message.findtext("saml:NameID", namespaces=NS) == "bob@acme.example"
        assert message.findtext("samlp:SessionIndex", namespaces=NS) == "s1"
        assert "Signature" in query

    def test_the_answer_is_believed_when_it_is_signed_and_answers_us(
        self, bob: User, idp: Party, client: Client
    ) -> None:
        query = parse_qs(urlsplit(self.leave(idp, client)).query)
        asked = etree.fromstring(
            zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), wbits=-15)
        ).get("ID")

        xml = logout_response(idp.forge, str(asked))
        page = client.get(f"{PATH}?{signed(idp.forge, xml, 'SAMLResponse')}").content.decode()

        assert "your identity provider have ended your session" in page

    def test_a_person_with_a_password_just_signs_out(
        self, bob: User, idp: Party, console: Client
    ) -> None:
        assert console.post("/sign-out/")["Location"] == "/sign-in/"
