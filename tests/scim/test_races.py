"""Several requests at once, each on a connection of its own, as several workers have."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from scim.protocol import urns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.scim import SCIMClient

pytestmark = pytest.mark.django_db(transaction=True)

Request = tuple[str, str, Any]


def all_at_once(scim: SCIMClient, requests: Sequence[Request]) -> list[Any]:
    """Send every request from a thread with its own connection; return the responses."""
    start = threading.Barrier(len(requests))

    def send(request: Request) -> Any:
        start.wait()
        try:
            return scim.raw(*request)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def patch(path: str, *operations: object) -> Request:
    return "PATCH", path, {"schemas": [urns.PATCH_OP], "Operations": list(operations)}


def elements(ids: Sequence[str]) -> list[dict[str, str]]:
    return [{"value": member} for member in ids]


@pytest.fixture
def people(scim: SCIMClient) -> list[str]:
    return [scim.create({"userName": f"person{number}"})["id"] for number in range(8)]


def test_of_two_creates_of_one_name_one_succeeds(scim: SCIMClient) -> None:
    for number in range(3):
        names = (f"Babs{number}", f"babs{number}", f"BABS{number}", f"babS{number}")

        answers = all_at_once(scim, [("POST", "/Users", {"userName": name}) for name in names])

        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


def test_two_sets_of_the_same_people_in_opposite_order_make_each_of_them_once(
    scim: SCIMClient,
) -> None:
    def bulk(names: Sequence[str]) -> Request:
        posts = [{"method": "POST", "path": "/Users", "data": {"userName": n}} for n in names]
        return "POST", "/Bulk", {"schemas": [urns.BULK_REQUEST], "Operations": posts}

    names = [f"person{number:03}" for number in range(200)]

    answers = all_at_once(scim, [bulk(names), bulk(names[::-1])])

    assert [answer.status_code for answer in answers] == [200, 200]
    statuses = [
        operation["status"] for answer in answers for operation in answer.json()["Operations"]
    ]
    assert sorted(statuses) == ["201"] * 200 + ["409"] * 200
    assert scim.get("/Users?count=0")["totalResults"] == 200


def test_changes_of_one_person_do_not_undo_each_other(scim: SCIMClient, people: list[str]) -> None:
    url = f"/Users/{people[0]}"
    values = {name: f"new {name}" for name in ("title", "nickName", "displayName", "userType")}

    answers = all_at_once(
        scim,
        [
            patch(url, {"op": "replace", "path": name, "value": value})
            for name, value in values.items()
        ],
    )

    assert [answer.status_code for answer in answers] == [200] * len(values)
    assert values.items() <= scim.get(url).items()


def test_members_who_are_added_at_once_are_all_in(scim: SCIMClient, people: list[str]) -> None:
    group = scim.request("POST", "/Groups", {"displayName": "Sales"}, expect=201)["id"]

    answers = all_at_once(
        scim,
        [
            patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": elements([person])})
            for person in people
        ],
    )

    assert [answer.status_code for answer in answers] == [200] * len(people)
    members = scim.get(f"/Groups/{group}")["members"]
    assert {member["value"] for member in members} == set(people)


def test_requests_in_each_others_way_end_in_words_and_never_in_a_500(
    scim: SCIMClient, people: list[str]
) -> None:
    group = scim.request("POST", "/Groups", {"displayName": "Sales"}, expect=201)["id"]
    there, back = elements(people), elements(people[::-1])
    requests = [
        *(("PUT", f"/Groups/{group}", {"displayName": "S", "members": m}) for m in (there, back)),
        *(
            patch(f"/Groups/role:{role}", {"op": "add", "path": "members", "value": members})
            for role in ("editor", "connectorAdmin")
            for members in (there, back)
        ),
        *(("DELETE", f"/Users/{person}", None) for person in people[:2]),
    ]

    answers = all_at_once(scim, requests)

    for answer in answers:
        assert answer.status_code < 500, answer.content
        if answer.status_code >= 400:
            assert answer.json()["schemas"] == [urns.ERROR]


def test_two_admins_who_leave_at_once_leave_one(scim: SCIMClient, people: list[str]) -> None:
    first, second = people[:2]
    scim.patch(
        "/Groups/role:admin",
        {"op": "replace", "path": "members", "value": elements([first, second])},
    )

    answers = all_at_once(
        scim,
        [
            patch(f"/Users/{person}", {"op": "replace", "path": "active", "value": False})
            for person in (first, second)
        ],
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
