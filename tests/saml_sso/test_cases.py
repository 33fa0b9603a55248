"""Messages that were refused though SAML allows them, or led somewhere wrong, word for word."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from accounts.services.users import deactivate_user
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import IdentityProviderSettings, PendingRequest, SignInAttempt
from tests.saml_sso.test_sp_initiated import CROSS_SITE, begin
from tests.support.saml import NS, instant, new_id, sign_element
from tests.support.saml_party import Party, person_in, post_response, refused

if TYPE_CHECKING:
    from accounts.models import Tenant, User

CASES = Path(__file__).parent / "cases"


def message(name: str, idp: Party, **values: str) -> etree._Element:
    """Return a template with its places filled, and new IDs."""
    now = timezone.now()
    filled = {
        "{NOW}": instant(now),
        "{NOW+5min}": instant(now + timedelta(minutes=5)),
        "{NOW-1min}": instant(now - timedelta(minutes=1)),
        "{NOW-30s}": instant(now - timedelta(seconds=30)),
        "{ACS}": idp.forge.acs_url,
        "{SP}": idp.forge.sp_entity_id,
        "{IDP}": idp.forge.entity_id,
        "{PERSON}": idp.forge.name_id or "",
        **values,
    }
    text = (CASES / name).read_text()
    for place, value in filled.items():
        text = text.replace(place, value)
    assert "{" not in text
    root = etree.fromstring(text)
    for element in root.iter():
        if element.get("ID"):
            element.set("ID", new_id())
    return root


def encoded(root: etree._Element) -> str:
    return base64.b64encode(etree.tostring(root)).decode()


def signed(name: str, idp: Party, part: str = "saml:Assertion") -> str:
    """Return the form field of a template whose assertion, or whole Response, is signed."""
    root = message(name, idp)
    found = root if part == "." else root.find(part, NS)
    assert found is not None
    sign_element(found, idp.forge.key, idp.forge.cert)
    return encoded(root)


def latest_refusal(tenant: Tenant) -> SignInAttempt:
    with tenant_scope(tenant):
        return SignInAttempt.objects.filter(outcome="refused").latest("at")


@pytest.mark.parametrize(
    "name",
    [
        "in_response_to_empty.xml",
        "no_destination.xml",
        "attribute_of_own_type.xml",
        "attribute_with_elements.xml",
    ],
)
def test_a_response_that_saml_allows_signs_in(
    bob: User, idp: Party, client: Client, name: str
) -> None:
    response = post_response(client, signed(name, idp))

    assert response.status_code == 303
    assert person_in(client) == str(bob.pk)


def test_a_signed_response_says_where_it_was_sent(
    acme: Tenant, bob: User, idp: Party, client: Client
) -> None:
    refused(client, post_response(client, signed("no_destination.xml", idp, ".")))

    assert latest_refusal(acme).check_name == "destination"


def test_every_template_is_tried() -> None:
    tried = Path(__file__).read_text()

    assert all(f'"{case.name}"' in tried for case in CASES.iterdir())


def test_a_session_that_is_over_at_the_identity_provider_does_not_begin_here(
    acme: Tenant, bob: User, idp: Party, client: Client
) -> None:
    refused(client, post_response(client, signed("session_over.xml", idp)))

    assert latest_refusal(acme).check_name == "session_not_on_or_after"


def test_a_session_that_ends_while_the_answer_waits_does_not_begin(
    acme: Tenant, bob: User, idp: Party, client: Client
) -> None:
    asked = begin(client)
    ends = instant(timezone.now() + timedelta(minutes=1))
    answer = idp.forge.but(in_response_to=asked, session_not_on_or_after=ends)
    arrived = post_response(Client(), answer, **CROSS_SITE)
    with tenant_scope(acme):
        row = PendingRequest.objects.get(pk=asked)
        assert row.answer is not None
        past = (timezone.now() - timedelta(seconds=1)).isoformat()
        PendingRequest.objects.update(answer={**row.answer, "session_ends": past})

    refused(client, client.get(arrived["Location"]))

    assert latest_refusal(acme).check_name == "session_not_on_or_after"


class TestTheSameResponseTwice:
    """*Back*, *Reload* and double clicks send a response again."""

    def send(self, idp: Party, client: Client, began: str) -> tuple[str, str]:
        """Sign in; return the response's form field, and where it led."""
        if began == "here":
            forge = idp.forge.but(in_response_to=begin(client, "?next=/account/sessions/"))
            encoded = forge.encoded()
        else:
            encoded = idp.forge.but().encoded()
        response = post_response(client, encoded, fields={"RelayState": "/account/sessions/"})
        assert response["Location"] == "/account/sessions/"
        return encoded, response["Location"]

    @pytest.mark.parametrize("began", ["here", "at the identity provider"])
    def test_the_same_browser_goes_on_to_where_the_first_one_led(
        self, bob: User, idp: Party, client: Client, began: str
    ) -> None:
        encoded, led_to = self.send(idp, client, began)
        session = client.cookies["gatehouse_session"].value

        again = post_response(client, encoded)

        assert (again.status_code, again["Location"]) == (303, led_to)
        assert client.cookies["gatehouse_session"].value == session
        assert person_in(client) == str(bob.pk)

    @pytest.mark.parametrize("began", ["here", "at the identity provider"])
    def test_a_browser_that_holds_its_cookies_back_brings_them_to_the_next_address(
        self, bob: User, idp: Party, client: Client, began: str
    ) -> None:
        encoded, led_to = self.send(idp, client, began)

        arrived = post_response(Client(), encoded, **CROSS_SITE)

        assert arrived.status_code == 303
        assert not arrived.cookies
        assert client.get(arrived["Location"])["Location"] == led_to
        refused(Client(), Client().get(arrived["Location"]))

    def test_an_answer_that_was_parked_and_finished_leads_on(
        self, bob: User, idp: Party, client: Client
    ) -> None:
        asked = begin(client, "?next=/account/sessions/")
        encoded = idp.forge.but(in_response_to=asked).encoded()
        first = post_response(Client(), encoded, **CROSS_SITE)
        second = post_response(Client(), encoded, **CROSS_SITE)
        client.get(first["Location"])
        third = post_response(Client(), encoded, **CROSS_SITE)

        for arrived in (first, second, third):
            assert client.get(arrived["Location"])["Location"] == "/account/sessions/"
            refused(Client(), Client().get(arrived["Location"]))

    @pytest.mark.parametrize("began", ["here", "at the identity provider"])
    def test_every_other_browser_is_refused(
        self, acme: Tenant, bob: User, idp: Party, client: Client, began: str
    ) -> None:
        encoded, _led_to = self.send(idp, client, began)

        refused(Client(), post_response(Client(), encoded))

        assert latest_refusal(acme).check_name in {"replay", "in_response_to"}

    def test_a_session_that_began_otherwise_is_led_nowhere(
        self, bob: User, idp: Party, client: Client, console: Client
    ) -> None:
        encoded, _led_to = self.send(idp, client, "at the identity provider")

        assert post_response(console, encoded).status_code == 403
        arrived = post_response(Client(), encoded, **CROSS_SITE)
        assert console.get(arrived["Location"]).status_code == 403

    def test_a_session_that_began_with_a_later_assertion_is_led_nowhere(
        self, bob: User, idp: Party, client: Client
    ) -> None:
        encoded, _led_to = self.send(idp, client, "at the identity provider")
        post_response(client, idp.forge.but())

        assert post_response(client, encoded).status_code == 403

    @pytest.mark.parametrize("end", ["sign out", "deactivate"])
    def test_a_session_that_has_ended_is_not_revived(
        self, acme: Tenant, bob: User, idp: Party, client: Client, end: str
    ) -> None:
        encoded, _led_to = self.send(idp, client, "at the identity provider")
        if end == "sign out":
            client.post("/sign-out/")
        else:
            with tenant_scope(acme):
                deactivate_user(user=bob)

        assert post_response(client, encoded).status_code == 403
        arrived = post_response(Client(), encoded, **CROSS_SITE)
        if end == "sign out":
            assert client.get(arrived["Location"]).status_code == 403
        else:
            assert arrived.status_code == 403


class TestMessagesInTheAddress:
    @pytest.mark.parametrize("field", ["SAMLResponse", "SAMLart", "SAMLRequest"])
    @pytest.mark.parametrize("path", ["/saml/acme/", "/saml/acme"])
    def test_they_are_refused_and_the_log_names_the_binding(
        self, acme: Tenant, idp: Party, path: str, field: str
    ) -> None:
        refused(Client(), Client().get(path, {field: idp.forge.encoded()}))

        attempt = latest_refusal(acme)
        assert attempt.check_name == "binding"
        assert "HTTP-POST" in attempt.remedy

    def test_a_test_fails_with_that_reason(self, acme: Tenant, idp: Party, console: Client) -> None:
        console.post(reverse("console:saml-and-scim-test"))

        page = console.get(console.get("/saml/acme/?SAMLart=AAAA")["Location"]).content.decode()

        assert "HTTP-POST" in page


def test_with_tolerance_an_answer_to_another_browser_stays_refused(
    acme: Tenant, bob: User, idp: Party, client: Client
) -> None:
    with tenant_scope(acme):
        IdentityProviderSettings.objects.update(tolerate_in_response_to=True)
    asked = begin(client)

    for changes in ({}, {"sign": "response", "confirmation_in_response_to": None}):
        forge = idp.forge.but(in_response_to=asked, **changes)
        refused(Client(), post_response(Client(), forge))
        assert latest_refusal(acme).check_name == "in_response_to"
    made_up = post_response(Client(), idp.forge.but(in_response_to="_made_up"))
    assert made_up.status_code == 303


UNBELIEVED: dict[str, dict[str, Any]] = {
    "not signed": {},
    "to another request": {"{ID OF OUR REQUEST}": "_another"},
    "sent elsewhere": {"{SLO}": "https://elsewhere.example/"},
    "of another issuer": {"{IDP}": "https://elsewhere.example/"},
}


def _by_post(client: Client, encoded: str) -> Any:
    return client.post("/saml/acme/logout", {"SAMLResponse": encoded})


@pytest.mark.usefixtures("bob")
@pytest.mark.parametrize("case", UNBELIEVED)
@pytest.mark.parametrize("is_signed", ["signed", "unsigned"])
def test_an_answer_to_our_logout_that_is_not_believed_leaves_the_browser_signed_out(
    acme: Tenant, slo_idp: Party, case: str, is_signed: str
) -> None:
    client = Client()
    post_response(client, slo_idp.forge.but())
    asked = client.get(client.post("/sign-out/")["Location"])
    with tenant_scope(acme):
        begun = PendingRequest.objects.get(purpose="logout")
    assert asked.status_code == 302
    values = {"{SLO}": f"{slo_idp.forge.acs_url}logout", "{ID OF OUR REQUEST}": begun.pk}
    root = message("logout_response_unsigned.xml", slo_idp, **{**values, **UNBELIEVED[case]})
    if is_signed == "signed" and case != "not signed":
        sign_element(root, slo_idp.forge.key, slo_idp.forge.cert)

    page = _by_post(client, encoded(root))

    assert page.status_code == 200
    text = page.content.decode()
    assert "You are signed out" in text
    assert "may still keep you signed in" in text
    assert "not accepted" not in text
    assert latest_refusal(acme).kind == "logout"


def test_an_answer_that_says_nothing_readable_leaves_the_browser_signed_out(
    bob: User, slo_idp: Party, client: Client
) -> None:
    post_response(client, slo_idp.forge.but())
    client.get(client.post("/sign-out/")["Location"])

    for page in (_by_post(client, "AAAA"), client.get("/saml/acme/logout?SAMLResponse=x")):
        assert page.status_code == 200
        assert "You are signed out" in page.content.decode()


def test_nobody_who_is_signed_in_is_told_that_they_are_signed_out(
    bob: User, slo_idp: Party, client: Client
) -> None:
    post_response(client, slo_idp.forge.but())

    page = _by_post(client, "AAAA").content.decode()

    assert "You are signed out" not in page
    assert "still signed in as <strong>bob@acme.example</strong>" in page
