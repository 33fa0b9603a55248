"""An address in the place of an id means one person, or nobody: never one of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scim.protocol import urns

if TYPE_CHECKING:
    from tests.support.scim import SCIMClient

SHARED = "same@ex.example"
PATCH = {"schemas": [urns.PATCH_OP], "Operations": [{"op": "replace", "value": {"title": "x"}}]}
REQUESTS: list[tuple[str, Any]] = [
    ("GET", None),
    ("PUT", {"userName": "new@ex.example"}),
    ("PATCH", PATCH),
    ("DELETE", None),
]
every_method = pytest.mark.parametrize(("method", "body"), REQUESTS, ids=[m for m, _ in REQUESTS])


def with_address(scim: SCIMClient, user_name: str, address: str = SHARED) -> Any:
    emails = [{"value": address, "type": "work"}]
    return scim.create({"userName": user_name, "emails": emails})


@every_method
def test_several_who_have_it_are_a_conflict_without_a_type(
    scim: SCIMClient, method: str, body: Any
) -> None:
    made = [with_address(scim, "one"), with_address(scim, "two")]

    error = scim.request(method, f"/Users/{SHARED}", body, expect=409)

    assert "scimType" not in error
    assert "Several people" in error["detail"]
    assert all(scim.get(f"/Users/{each['id']}") == each for each in made)


@every_method
@pytest.mark.parametrize("address", [SHARED, "SAME@ex.example", "ｓame@ex.example"])  # noqa: RUF001
def test_whoever_is_called_so_is_meant(
    deleting_scim: SCIMClient, method: str, body: Any, address: str
) -> None:
    scim = deleting_scim
    others = [with_address(scim, "one"), with_address(scim, "two")]
    meant = scim.create({"userName": SHARED})

    answer = scim.raw(method, f"/Users/{address}", body)

    assert answer.status_code in {200, 204}
    assert all(scim.get(f"/Users/{each['id']}") == each for each in others)
    after = scim.raw("GET", f"/Users/{meant['id']}")
    assert (after.status_code == 404) if method == "DELETE" else (after.status_code == 200)


@every_method
def test_the_only_one_who_has_it_is_meant(scim: SCIMClient, method: str, body: Any) -> None:
    with_address(scim, "one")

    assert scim.raw(method, f"/Users/{SHARED}", body).status_code in {200, 204}
