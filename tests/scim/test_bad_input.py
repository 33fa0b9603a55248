"""Whatever is wrong with a request, the answer is a SCIM error and nothing has changed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Plan, Tenant
from accounts.tenancy.unscoped import every_tenant
from scim.models import BearerToken, Source
from scim.protocol import urns
from tests.support.scim import SCIMClient

ROUTES = (
    "/Users",
    "/Users/some-id",
    "/Users/.search",
    "/Groups",
    "/Groups/some-id",
    "/Schemas",
    "/ResourceTypes",
    "/ServiceProviderConfig",
    "/Bulk",
    "/Me",
    "/Roles",
    "/Entitlements",
    "/.search",
    "/",
    "/nowhere",
)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("secret", [None, "not-a-token", "x" * 9000, "ünicode"])
def test_every_route_needs_a_token(route: str, secret: str | None, db: None) -> None:
    client = SCIMClient(secret)

    client.request("GET", route, expect=401)

    challenge = client.raw("GET", route).headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer")
    assert ("invalid_token" in challenge) == (secret is not None)


@pytest.mark.parametrize(
    "change",
    [
        lambda: BearerToken.objects.update(revoked=timezone.now()),
        lambda: BearerToken.objects.update(expires=timezone.now() - timedelta(seconds=1)),
        lambda: Source.objects.update(enabled=False),
        lambda: Tenant.objects.update(plan=Plan.STARTER),
        lambda: Tenant.objects.update(scim_enabled=False),
        lambda: Tenant.objects.update(scim_enabled=False, saml_enabled=False),
        lambda: BearerToken.objects.all().delete(),
    ],
    ids=["revoked", "expired", "source off", "other plan", "SCIM off", "SAML off", "deleted"],
)
def test_a_dead_token_opens_nothing(scim: SCIMClient, change: Any) -> None:
    scim.get("/Users")

    with every_tenant():
        change()

    scim.request("GET", "/Users", expect=401)


def test_the_scheme_may_be_in_any_letter_case(scim: SCIMClient) -> None:
    response = SCIMClient(None).raw("GET", "/Users", Authorization=f"bearer {scim.secret}")

    assert response.status_code == 200


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{",
            "[]",
            "null",
            '"text"',
            "7",
            "[" * 5000,
            '{"userName": "a", "x": ' + "[" * 900 + "]" * 900 + ', "name": 5}',
            b"\xff\xfe",
            '{"userName": "\\ud800"}',
            '{"userName": NaN}',
            "{}",
            '{"userName": ""}',
            '{"userName": null}',
            '{"userName": ["a"]}',
            '{"userName": {"a": 1}}',
            '{"userName": "a", "active": "perhaps"}',
            '{"userName": "a", "emails": [{"value": {"deep": 1}}]}',
            '{"userName": "a\\u0000b"}',
            json.dumps({"userName": "a" * 256}),
            json.dumps({"userName": "a", "externalId": "a" * 256}),
            json.dumps({"userName": "a", "emails": [{"value": "a" * 321}]}),
        ],
    )
    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_what_is_no_user_is_refused(self, scim: SCIMClient, body: Any, method: str) -> None:
        user = scim.create({"userName": "babs@acme.example"})
        path = "/Users" if method == "POST" else f"/Users/{user['id']}"

        error = scim.request(method, path, body, expect=400)

        assert error["scimType"] in {"invalidSyntax", "invalidValue"}
        assert scim.get("/Users")["Resources"] == [user]

    def test_a_body_of_another_media_type_is_refused(self, scim: SCIMClient) -> None:
        scim.request("POST", "/Users", "userName=a", expect=415, Content_Type="text/plain")
        body = {"userName": "a@b.example"}
        scim.request("POST", "/Users", body, expect=201, Content_Type="application/json")

    def test_a_body_that_is_too_long_is_refused(self, scim: SCIMClient) -> None:
        body = {"userName": "a", "title": "x" * 5_000_000}

        scim.request("POST", "/Users", body, expect=413)
        scim.request("POST", "/Bulk", body, expect=413)

    @pytest.mark.parametrize("accept", ["text/html", "image/png", "application/scim+json;q=0"])
    def test_a_client_that_takes_no_json_is_refused(self, scim: SCIMClient, accept: str) -> None:
        scim.request("GET", "/Users", expect=406, Accept=accept)

    @pytest.mark.parametrize(
        "accept", ["", "*/*", "application/json", "text/html, application/scim+json;q=0.5"]
    )
    def test_scim_is_sent_whatever_kind_of_json_is_accepted(
        self, scim: SCIMClient, accept: str
    ) -> None:
        scim.request("GET", "/Users", expect=200, Accept=accept)


class TestPatches:
    @pytest.mark.parametrize(
        ("operation", "scim_type"),
        [
            ({"op": "shuffle", "path": "title"}, "invalidSyntax"),
            ({"op": "replace", "path": "id", "value": "x"}, "mutability"),
            ({"op": "replace", "path": "meta.created", "value": "x"}, "mutability"),
            ({"op": "add", "path": "groups", "value": [{"value": "x"}]}, "mutability"),
            ({"op": "remove"}, "noTarget"),
            ({"op": "remove", "path": "userName"}, "mutability"),
            ({"op": "replace", "path": "userName", "value": ""}, "invalidValue"),
            ({"op": "replace", "path": "emails[", "value": "x"}, "invalidPath"),
            ({"op": "replace", "path": 'emails[nosuch eq "a"]', "value": {}}, "invalidFilter"),
            ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
            ({"op": "replace", "path": 'emails[value co "x"].value', "value": "a"}, "noTarget"),
        ],
    )
    def test_a_wrong_operation_is_named_for_what_it_is(
        self, scim: SCIMClient, operation: Any, scim_type: str
    ) -> None:
        user = scim.create({"userName": "babs@acme.example"})

        error = scim.patch(f"/Users/{user['id']}", operation, expect=400)

        assert error["scimType"] == scim_type, error
        assert scim.get(f"/Users/{user['id']}") == user


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "userName",
        "userName eq",
        'userName xx "a"',
        '(userName eq "a"',
        'nosuch eq "a"',
        'emails[nosuch eq "a"]',
        'userName eq "a" and nosuch pr',
        'not (nosuch eq "a")',
        'password eq "x"',
        'active gt "true"',
        'meta.created gt "yesterday"',
        'userName eq "a" ' * 50,
        "(" * 400 + 'userName eq "a"' + ")" * 400,
        'userName eq "' + "a" * 100_000 + '"',
        'userName eq "a\x00"',
    ],
)
def test_a_filter_that_cannot_be_answered_is_refused(scim: SCIMClient, condition: str) -> None:
    body = {"schemas": [urns.SEARCH_REQUEST], "filter": condition}

    error = scim.request("POST", "/Users/.search", body, expect=400)

    assert error["scimType"] == "invalidFilter"


@pytest.mark.parametrize(
    ("query", "scim_type"),
    [
        ("sortBy=nosuch", "invalidValue"),
        ("sortBy=userName&sortOrder=sideways", "invalidValue"),
        ("startIndex=one", "invalidValue"),
        ("count=many", "invalidValue"),
        ("cursor=made-up", "invalidCursor"),
        ("cursor=&count=many", "invalidCount"),
    ],
)
def test_a_query_that_cannot_be_answered_is_refused(
    scim: SCIMClient, query: str, scim_type: str
) -> None:
    assert scim.request("GET", f"/Users?{query}", expect=400)["scimType"] == scim_type


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "key", ["nobody", "00000000-0000-7000-8000-000000000000", "%00", "a" * 2000, "%F0%9F%98%80"]
)
def test_an_unknown_id_is_404(scim: SCIMClient, method: str, key: str) -> None:
    bodies = {
        "PUT": {"userName": "a@b.example"},
        "PATCH": {"Operations": [{"op": "add", "path": "title", "value": "x"}]},
    }

    scim.request(method, f"/Users/{key}", bodies.get(method), expect=404)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_another_tenants_user_does_not_exist(
    scim: SCIMClient, other_scim: SCIMClient, method: str
) -> None:
    user = scim.create({"userName": "babs@acme.example"})
    body = {"PUT": {"userName": "x"}, "PATCH": {"Operations": [{"op": "remove", "path": "title"}]}}

    other_scim.request(method, f"/Users/{user['id']}", body.get(method), expect=404)
    other_scim.request(method, "/Users/babs@acme.example", body.get(method), expect=404)

    assert other_scim.get("/Users")["totalResults"] == 0
    assert scim.get(f"/Users/{user['id']}") == user


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_an_unknown_route_is_404(scim: SCIMClient, method: str) -> None:
    scim.request(method, "/nowhere", expect=404)
    scim.request(method, "/nowhere/a", expect=404)
    scim.request(method, "/Bulk/a", expect=404)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/Users"),
        ("PUT", "/Users"),
        ("PATCH", "/Groups"),
        ("POST", "/Users/some-id"),
        ("GET", "/Users/.search"),
        ("GET", "/Bulk"),
        ("POST", "/Schemas"),
        ("DELETE", "/ServiceProviderConfig"),
        ("POST", "/ServiceProviderConfig"),
        ("PUT", "/ResourceTypes/User"),
        ("POST", "/Roles"),
        ("OPTIONS", "/Users"),
    ],
)
def test_a_wrong_method_is_405_and_says_what_is_offered(
    scim: SCIMClient, method: str, path: str
) -> None:
    scim.request(method, path, expect=405)

    offered = scim.raw(method, path).headers["Allow"].split(", ")
    assert offered != [""]
    assert method not in offered


def test_me_stands_for_nobody(scim: SCIMClient) -> None:
    scim.request("GET", "/Me", expect=501)
    scim.request("PATCH", "/Me", {}, expect=501)


def test_discovery_takes_no_filter(scim: SCIMClient) -> None:
    scim.request("GET", "/Schemas?filter=id+pr", expect=403)
    scim.request("GET", "/ResourceTypes?filter=id+pr", expect=403)
