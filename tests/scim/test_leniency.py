"""What clients really send beside the letter of the RFCs, and how it is understood."""

from __future__ import annotations

import gzip
import json

import pytest

from scim.urls import urlpatterns
from tests.support.scim import SCIMClient

ROUTES = {str(route.name).partition("-")[0] for route in urlpatterns}
ENDPOINTS = sorted(ROUTES - {"unknown", "root", r"\.search"})
BOB = {"userName": "bob@acme.example"}


class TestRoutes:
    def test_microsofts_collection_spells_users_without_a_capital(self, scim: SCIMClient) -> None:
        scim.create(BOB)

        assert scim.get("/users") == scim.get("/Users")
        assert scim.get("/users/bob@acme.example") == scim.get("/Users/bob@acme.example")

    @pytest.mark.parametrize("name", ENDPOINTS)
    def test_every_endpoint_is_found_in_any_letter_case(self, scim: SCIMClient, name: str) -> None:
        usual = scim.raw("GET", f"/{name}")

        assert usual.status_code != 404
        for spelt in (name.lower(), name.upper()):
            assert scim.raw("GET", f"/{spelt}").status_code == usual.status_code

    def test_the_scim_url_itself_answers_as_its_root(self, scim: SCIMClient) -> None:
        assert scim.get("") == scim.get("/")
        assert SCIMClient(None).request("GET", "", expect=401)["detail"]

    def test_letter_case_of_an_id_is_left_alone(self, scim: SCIMClient) -> None:
        scim.request("GET", "/groups/ROLE:editor", expect=404)
        scim.request("GET", "/groups/role:changeRequestManager", expect=200)


class TestBodies:
    def test_a_byte_order_mark_is_ignored(self, scim: SCIMClient) -> None:
        body = b"\xef\xbb\xbf" + json.dumps(BOB).encode()

        assert scim.raw("POST", "/Users", body).status_code == 201

    def test_a_compressed_body_is_refused_for_what_it_is(self, scim: SCIMClient) -> None:
        body = gzip.compress(json.dumps(BOB).encode())

        refusal = scim.raw("POST", "/Users", body, Content_Encoding="gzip")

        assert refusal.status_code == 415
        assert "gzip" in refusal.json()["detail"]
        assert scim.raw("POST", "/Users", BOB, Content_Encoding="identity").status_code == 201

    @pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
    @pytest.mark.parametrize("kind", ["application/json", "application/scim+json"])
    def test_a_charset_changes_nothing(self, scim: SCIMClient, kind: str, charset: str) -> None:
        sent = scim.raw("POST", "/Users", BOB, Content_Type=f"{kind}; charset={charset}")

        assert sent.status_code == 201

    @pytest.mark.parametrize("blank", [" ", "\t\n", "\u2003"])
    def test_a_blank_name_is_no_name(self, scim: SCIMClient, blank: str) -> None:
        scim.request("POST", "/Users", {"userName": blank}, expect=400)
        scim.request("POST", "/Groups", {"displayName": blank}, expect=400)
        user = scim.create(BOB)
        scim.patch(
            f"/Users/{user['id']}",
            {"op": "replace", "path": "userName", "value": blank},
            expect=400,
        )

        assert scim.get(f"/Users/{user['id']}") == user


class TestAttributes:
    @pytest.mark.parametrize("selection", ['type eq "work"', 'value eq "a,b"', ""])
    def test_a_selection_in_attributes_means_the_whole_attribute(
        self, scim: SCIMClient, selection: str
    ) -> None:
        scim.create({**BOB, "emails": [{"value": "b@acme.example", "type": "work"}]})

        shown = scim.get(f"/Users/bob@acme.example?attributes=userName,emails[{selection}]")

        assert shown.keys() == {"schemas", "id", "userName", "emails"}


class TestRefusedBodies:
    @pytest.mark.parametrize(
        ("method", "path", "headers", "status"),
        [
            ("POST", "/Users", {"Content_Type": "application/xml"}, 415),
            ("POST", "/Users", {"Authorization": "Bearer nobody"}, 401),
            ("PUT", "/Users", {}, 405),
            ("POST", "/nowhere", {}, 404),
        ],
    )
    def test_what_a_refused_client_sends_is_read_to_its_end(
        self, scim: SCIMClient, method: str, path: str, headers: dict[str, str], status: int
    ) -> None:
        response = scim.raw(method, path, b"x" * 100_000, **headers)

        assert response.status_code == status
        assert response.wsgi_request.read() == b""
