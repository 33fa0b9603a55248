"""What the database cannot store comes in nowhere: a NUL, half of a surrogate pair.

Every route of the product is tried, in its path, its parameters, its headers and its body.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import resolve

from accounts.models import AuditEntry
from accounts.storable import storable_json
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from scim.models import RequestLogEntry
from scim.protocol import urns
from tests.architecture.test_routes import Route, routes
from tests.support.scim import connect

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant
    from scim.log.request_log import RequestLogBuffer

SCIM = "/scim/v2/"
ROUTES = [route for route in routes() if not route.url.startswith(SCIM)]
SCIM_ROUTES = [route for route in routes() if route.url.startswith(SCIM)]
FIELDS = (
    *("username", "password", "next", "SAMLResponse", "SAMLRequest", "RelayState", "Signature"),
    *("account", "secret", "slug", "code", "link", "fingerprint", "action", "content", "revoke"),
)
HEADERS = ("User-Agent", "Accept-Language", "Referer", "X-Forwarded-For", "Accept", "X-Odd")

ODD_HEADERS: dict[str, Any] = dict.fromkeys(HEADERS, "a\x00b \ud800")


@pytest.fixture
def browsers(client: Client, console: Client, platform: Client) -> list[Client]:
    """Somebody who is not signed in, an admin, an operator."""
    return [client, console, platform]


def fitting(route: Route, browsers: list[Client]) -> list[Client]:
    """Return the browsers that get past the sign-in of a route, and one that does not."""
    signed_in = browsers[2] if route.url.startswith("/platform/") else browsers[1]
    return [browsers[0], signed_in]


def test_no_path_and_no_parameter_brings_a_nul_in(browsers: list[Client]) -> None:
    for route in ROUTES:
        middle = route.url.replace("/x/", "/%00/").replace("/1/", "/1%00/")
        for url in {f"{route.url}%00", f"{route.url}%00/", middle + "?a=%00", f"{route.url}?%00"}:
            for browser in fitting(route, browsers):
                for answer in (browser.get(url), browser.post(url)):
                    assert answer.status_code == HTTPStatus.BAD_REQUEST, url


def test_no_form_brings_a_nul_in(browsers: list[Client]) -> None:
    data = {name: f"a\x00{name}" for name in FIELDS}
    for route in ROUTES:
        for browser in fitting(route, browsers):
            answer = browser.post(route.url, data)
            assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, route
            if not getattr(resolve(route.url).func, "csrf_exempt", False):
                assert answer.status_code in {
                    HTTPStatus.BAD_REQUEST,
                    HTTPStatus.FOUND,  # A path without its final slash leads to the one with it.
                }, route


def test_a_header_with_a_nul_stops_nobody(browsers: list[Client]) -> None:
    for route in ROUTES:
        for browser in fitting(route, browsers):
            clean = browser.get(route.url).status_code
            assert browser.get(route.url, headers=ODD_HEADERS).status_code == clean, route


def test_a_refusal_is_recorded_whatever_was_asked(console: Client, acme: Tenant) -> None:
    with tenant_scope(acme), audit.acting_as("a\x00b"):
        audit.record(
            "test.refused", acme, page="GET /\x00", nested=[{"\x00": "\ud800"}], text="\\u0000"
        )
        entry = AuditEntry.objects.get(action="test.refused")

    assert entry.actor == "a\N{REPLACEMENT CHARACTER}b"
    assert entry.details["page"] == "GET /\N{REPLACEMENT CHARACTER}"
    assert entry.details["text"] == "\\u0000"


def test_scim_answers_a_nul_anywhere_in_its_own_words(
    acme: Tenant, request_log_buffer: RequestLogBuffer
) -> None:
    source = connect(acme, log_bodies=True)
    text = "a\x00b"
    bodies: list[str | None] = [
        None,
        json.dumps({"schemas": [urns.USER], "userName": text}),
        json.dumps({"schemas": [urns.USER], "userName": "odd", "title": "\ud800", "\x00": "\x00"}),
        json.dumps({"schemas": [urns.GROUP], "displayName": text, "members": [{"value": text}]}),
        json.dumps(
            {
                "schemas": [urns.PATCH_OP],
                "Operations": [{"op": "replace", "path": f"title{text}", "value": text}],
            }
        ),
        json.dumps({"schemas": [urns.USER], "userName": "backslash", "title": "\\u0000"}),
    ]
    sent = 0
    for route in SCIM_ROUTES:
        path = route.url.removeprefix(SCIM.rstrip("/"))
        for odd in {
            path.replace("/x", "/%00"),
            f"{path}%00",
            f"{path}?filter=userName%20eq%20%22%00%22",
        }:
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                for body in bodies if method in {"POST", "PUT", "PATCH"} else [None]:
                    answer = source.raw(method, odd, body, User_Agent="a\x00b")
                    assert answer.status_code != HTTPStatus.INTERNAL_SERVER_ERROR, (
                        method,
                        odd,
                        body,
                    )
                    sent += 1
        request_log_buffer.flush()

    with tenant_scope(acme):
        assert RequestLogEntry.objects.count() == sent


def test_json_of_a_text_that_only_looks_like_a_nul_stays_as_it_is() -> None:
    assert json.loads(storable_json({"a": "\\u0000", "b": "\x00"}))["a"] == "\\u0000"
