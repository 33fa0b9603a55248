"""Whoever must show anew who they are is asked so at the identity provider, too."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from tests.support.html_forms import lxml_html
from tests.support.saml import instant
from tests.support.saml_party import Party, person_in, post_response, request_in

if TYPE_CHECKING:
    from accounts.models import User

CODES = "/account/recovery-codes/"


def asked(client: Client, url: str) -> dict[str, str]:
    request = request_in(client.get(url)["Location"])
    return {str(name): str(value) for name, value in request.attrib.items()}


def signs_in(client: Client, idp: Party, minutes: float, url: str = "/saml/acme/") -> int:
    """Sign in, having shown the provider so many minutes ago who it is; return the status."""
    request = asked(client, url)
    then = instant(timezone.now() - timedelta(minutes=minutes))
    changes = {"in_response_to": request["ID"], "authn_instant": then}
    answer = idp.forge.but(name_id="alice@acme.example", **changes)
    return int(post_response(client, answer).status_code)


def test_an_ordinary_sign_in_asks_nobody_again(idp: Party, client: Client) -> None:
    assert "ForceAuthn" not in asked(client, "/saml/acme/")


@pytest.mark.parametrize(("minutes", "is_let_in"), [(0, True), (60, False)])
def test_a_fresh_sign_in_is_demanded_and_its_time_is_checked(
    alice: User, idp: Party, client: Client, minutes: float, *, is_let_in: bool
) -> None:
    url = "/saml/acme/?next=/account/&fresh=1"

    assert asked(client, url)["ForceAuthn"] == "true"
    signs_in(client, idp, minutes, url)

    assert (person_in(client) == str(alice.pk)) is is_let_in


def test_a_session_that_the_provider_gave_without_asking_is_not_fresh(
    alice: User, idp: Party, client: Client
) -> None:
    signs_in(client, idp, 60)
    assert person_in(client) == str(alice.pk)

    answer = client.post(CODES, follow=True)
    page = lxml_html.fromstring(answer.content.decode())
    (leads_to,) = {link for link in page.xpath("//a/@href") if link.startswith("/saml/")}
    assert asked(client, leads_to)["ForceAuthn"] == "true"
    signs_in(client, idp, 0, leads_to)

    assert client.post(CODES)["Location"] == CODES


def test_a_session_from_before_the_time_was_kept_is_not_fresh(
    alice: User, idp: Party, client: Client
) -> None:
    signs_in(client, idp, 0)
    assert client.post(CODES)["Location"] == CODES

    Session.objects.filter(user=alice).update(saml={"issuer": "x"})

    assert client.post(CODES)["Location"].startswith("/account/confirm/")
