"""The URLs of the endpoints as clients put them together."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from django.test import Client

from scim.urls import urlpatterns

if TYPE_CHECKING:
    from tests.support.scim import SCIMClient

ENDPOINTS = sorted(
    {f"/{str(each.name).partition('-')[0]}" for each in urlpatterns}
    - {"/root", "/unknown", r"/\.search"}
)


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, "/Users/.search", "/.search"])
@pytest.mark.parametrize("slashes", ["//", "///"])
def test_more_slashes_before_an_endpoint_change_nothing(
    scim: SCIMClient, endpoint: str, slashes: str
) -> None:
    method = "POST" if endpoint.endswith("search") else "GET"
    body: dict[str, str] | None = {} if method == "POST" else None

    once = scim.raw(method, endpoint, body)
    more = scim.raw(method, endpoint.replace("/", slashes, 1), body)

    assert once.status_code == more.status_code
    assert once.content == more.content
    assert once.status_code != 404


def test_more_slashes_before_an_id_change_nothing(scim: SCIMClient) -> None:
    user = scim.create({"userName": "babs"})

    assert scim.get(f"/Users//{user['id']}") == user
    assert scim.get(f"//Users//{user['id']}/") == user
    assert scim.get("/Groups//role:member")["id"] == "role:member"


@pytest.mark.parametrize("path", ["/scim//v2/Users", "/account//", "/sign-in//"])
def test_more_slashes_elsewhere_are_another_address(db: None, path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("name", ["a/b@ex.example", "a//b@ex.example", "a b?c#d%e@ex.example"])
def test_a_name_is_an_id_whatever_characters_it_has(scim: SCIMClient, name: str) -> None:
    user = scim.create({"userName": name})
    path = f"/Users/{quote(name, safe='')}"

    assert scim.get(path)["id"] == user["id"]
    assert scim.patch(path, {"op": "add", "path": "title", "value": "x"})["title"] == "x"
    done = {
        "method": "PATCH",
        "path": path,
        "data": {"Operations": [{"op": "remove", "path": "title"}]},
    }
    (result,) = scim.request("POST", "/Bulk", {"Operations": [done]}, expect=200)["Operations"]
    assert result["status"] == "200"
    scim.request("PUT", path, {"userName": name}, expect=200)
    scim.request("DELETE", path, expect=204)
    assert scim.get(path)["active"] is False
