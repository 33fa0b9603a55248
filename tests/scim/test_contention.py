"""Changes that meet others of the same thing wait for their turn, and are told of no conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, OperationalError
from psycopg import errors

from scim.http import contention
from scim.http.contention import in_turn
from tests.scim.test_races import all_at_once, elements, patch
from tests.support.scim import SCIMClient

if TYPE_CHECKING:
    from collections.abc import Callable

LOST = [errors.DeadlockDetected, errors.SerializationFailure, errors.ForeignKeyViolation]


def failing(kind: type[Exception], times: int) -> Callable[[], str]:
    """Return a change that loses so many times against others, and is made then."""
    left = [times]

    def change() -> str:
        if left[0]:
            left[0] -= 1
            base = IntegrityError if kind is errors.ForeignKeyViolation else OperationalError
            raise base("lost") from kind("lost")
        return "made"

    return change


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contention, "_LONGEST_PAUSE", 0.0)


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("times", [0, 1, 3])
def test_a_change_that_lost_is_made_again(kind: type[Exception], times: int) -> None:
    assert in_turn(failing(kind, times)) == "made"


@pytest.mark.parametrize("kind", [errors.LockNotAvailable, errors.UniqueViolation])
def test_what_will_not_be_other_soon_is_not_tried_again(kind: type[Exception]) -> None:
    change = failing(kind, 1)

    with pytest.raises(OperationalError):
        in_turn(change)

    assert change() == "made"


METHODS = [
    ("POST", "/Users", {"userName": "a"}, "scim.users.users.UserEndpoint.create"),
    ("PUT", "/Users/{user}", {"userName": "a"}, "scim.users.users.UserEndpoint.replace"),
    ("PATCH", "/Users/{user}", {"Operations": []}, "scim.users.users.UserEndpoint.modify"),
    ("DELETE", "/Users/{user}", None, "scim.users.users.UserEndpoint.remove"),
    ("POST", "/Groups", {"displayName": "a"}, "scim.groups.groups.GroupEndpoint.create"),
    ("PUT", "/Groups/role:editor", {"members": []}, "scim.groups.groups.GroupEndpoint.replace"),
    ("PATCH", "/Groups/role:editor", {"Operations": []}, "scim.groups.groups.GroupEndpoint.modify"),
    ("DELETE", "/Groups/role:editor", None, "scim.groups.groups.GroupEndpoint.remove"),
]


@pytest.mark.parametrize("kind", [*LOST, errors.LockNotAvailable])
@pytest.mark.parametrize("change", METHODS, ids=lambda change: " ".join(change[:2]))
def test_what_is_lost_for_good_is_503_with_the_time_to_wait(
    scim: SCIMClient,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Exception],
    change: tuple[str, str, Any, str],
) -> None:
    method, path, body, work = change
    lost = failing(kind, 1_000)
    monkeypatch.setattr(work, lambda *_args, **_more: lost())
    operation = {"method": method, "path": path, "bulkId": "b", "data": body}

    answer = scim.raw(method, path, body)
    bulk = scim.request("POST", "/Bulk", {"Operations": [operation]}, expect=200)

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.json()["status"] == "503"
    assert bulk["Operations"][0]["status"] == "503"


@pytest.mark.django_db(transaction=True)
def test_puts_beside_many_removals_all_succeed(scim: SCIMClient) -> None:
    people = [scim.create({"userName": f"person{number}"})["id"] for number in range(16)]
    body = {"displayName": "All", "members": elements(people)}
    path = f"/Groups/{scim.request('POST', '/Groups', body, expect=201)['id']}"
    puts = [("PUT", path, {**body, "externalId": str(number)}) for number in range(4)]
    removals = [
        patch(path, {"op": "remove", "path": f'members[value eq "{person}"]'}) for person in people
    ]

    answers = all_at_once(scim, [*removals[:8], *puts, *removals[8:]])

    assert {answer.status_code for answer in answers} == {200}, [
        answer.content for answer in answers if answer.status_code != 200
    ]
    assert scim.get(path)["externalId"] in {"0", "1", "2", "3"}
