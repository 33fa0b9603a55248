"""The addresses of SAML do not tell who is a customer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Tenant
from saml_sso.remembered_trust import memory
from saml_sso.urls import urlpatterns
from tests.support.saml_party import REFERENCE, Party

if TYPE_CHECKING:
    from django.http import HttpResponse

MESSAGES = ("SAMLRequest", "SAMLResponse", "SAMLart")
QUERIES = ("", "?next=/account/", *(f"?{name}=AAAA" for name in MESSAGES))
BODIES: tuple[dict[str, str], ...] = ({}, *({name: "AAAA"} for name in MESSAGES))
ASKED = [
    *(("get", query, {}) for query in QUERIES),
    *(("head", query, {}) for query in QUERIES[:2]),
    *(("post", "", body) for body in BODIES),
    ("options", "", {}),
    ("put", "", {}),
]
MORE_WORK = 4
"""How many statements more a tenant that exists may cost: what came is logged for its admins."""
TELLS = {"saml-metadata": "An identity provider reads it before anything is configured."}

Kept = tuple[int, str, dict[str, str], int]


def ask(slug: str, route: str, method: str, query: str, body: dict[str, str]) -> Kept:
    """Ask in a new browser: status, body, headers and number of statements, without names."""
    path = "/saml/" + re.sub(r"<slug:\w+>", slug, route)
    path = re.sub(r"<str:\w+>", "_0", path)
    memory.forget()
    client = Client()
    arguments: list[Any] = [f"{path}{query}"] + ([body] if method == "post" else [])
    with CaptureQueriesContext(connection) as captured:
        response: HttpResponse = getattr(client, method)(*arguments)
    text = REFERENCE.sub("REFERENCE", response.content.decode())
    text = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]+"', "", text)
    headers = {name: re.sub(r"nonce-[^']+", "", value) for name, value in response.items()}
    for changing in ("Content-Length", "Expires", "X-Request-ID"):
        headers.pop(changing, None)
    cookies = dict.fromkeys(response.cookies, "")
    work = len([one for one in captured if "SAVEPOINT" not in one["sql"]])
    return response.status_code, text.replace(slug, "SLUG"), {**headers, **cookies}, work


@pytest.mark.parametrize("state", ["untouched", "configured, off", "a smaller plan"])
@pytest.mark.parametrize("asked", ASKED, ids=str)
@pytest.mark.parametrize(
    "route", [str(one.pattern) for one in urlpatterns if one.name not in TELLS]
)
def test_a_tenant_without_saml_looks_like_one_that_does_not_exist(
    globex: Tenant, request: pytest.FixtureRequest, route: str, asked: Any, state: str
) -> None:
    if state != "untouched":
        request.getfixturevalue("other_idp")
        off: dict[str, Any] = {"saml_enabled": False}
        if state == "a smaller plan":
            off = {"plan": "starter"}
        Tenant.objects.filter(pk=globex.pk).update(**off)

    there = ask("globex", route, *asked)
    nowhere = ask("umbrella", route, *asked)

    assert there[:3] == nowhere[:3]
    assert 0 <= there[3] - nowhere[3] <= MORE_WORK


def test_a_tenant_with_saml_shows_its_identity_provider(idp: Party) -> None:
    assert Client().get("/saml/acme/")["Location"].startswith(idp.sso_url)
