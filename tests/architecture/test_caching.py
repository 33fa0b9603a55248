"""No answer about people is stored by anybody on the way, nor by the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.architecture.test_routes import routes
from tests.support.scim import connect

if TYPE_CHECKING:
    from accounts.models import Tenant, User

STORABLE: dict[str, str] = {}
"""Routes whose answers may be stored, and why."""


def unsafe(answer: Any) -> bool:
    return "no-store" not in answer.headers.get("Cache-Control", "")


@pytest.mark.parametrize("who", ["nobody", "admin", "operator", "source"])
def test_no_answer_of_any_route_is_stored(
    acme: Tenant, console: Client, platform: Client, who: str
) -> None:
    source = connect(acme)
    browser = {
        "nobody": Client(),
        "admin": console,
        "operator": platform,
        "source": Client(headers={"authorization": f"Bearer {source.secret}"}),
    }[who]

    stored = [
        (method, route.url)
        for route in routes()
        if route.name not in STORABLE
        for method in ("GET", "HEAD")
        if unsafe(browser.generic(method, route.url))
    ]

    assert stored == []


def test_what_is_read_and_written_over_scim_is_not_stored(acme: Tenant, bob: User) -> None:
    scim = connect(acme)
    patch = {"Operations": [{"op": "add", "path": "title", "value": "x"}]}
    tag = scim.raw("GET", f"/Users/{bob.pk}").headers["ETag"]
    answers = [
        scim.raw("GET", f"/Users/{bob.pk}"),
        scim.raw("GET", f"/Users/{bob.pk}", If_None_Match=tag),
        scim.raw("GET", f"/Users/{bob.pk}", If_Match='"0"'),
        scim.raw("GET", "/Users"),
        scim.raw("POST", "/Users", {"userName": "a"}),
        scim.raw("POST", "/Users", {"userName": "a"}),
        scim.raw("POST", "/Users/.search", {}),
        scim.raw("PATCH", f"/Users/{bob.pk}", patch),
        scim.raw("POST", "/Bulk", {"Operations": []}),
        scim.raw("DELETE", f"/Users/{bob.pk}"),
    ]

    assert sorted(answer.status_code for answer in answers) == [
        *(200, 200, 200, 200, 200, 201, 204, 304, 409, 412),
    ]
    assert [answer for answer in answers if unsafe(answer)] == []


@pytest.mark.parametrize(
    "path",
    [
        "/console/licenses/seat/export/",
        "/console/accounts/auditentry/export/",
        "/console/scim/requestlogentry/export/",
    ],
)
def test_no_export_is_stored(console: Client, path: str) -> None:
    answer = console.get(path)

    assert answer.status_code == 200
    assert not unsafe(answer)


def test_a_static_file_may_be_stored(client: Client, db: None) -> None:
    answer = client.get("/static/console/tokens.css")
    answer.close()

    assert answer.status_code == 200
    assert "no-store" not in answer.headers.get("Cache-Control", "")
