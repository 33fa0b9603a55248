"""What is measured of the SCIM endpoints, and against what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from benchmarks.load import CONNECTIONS, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

BULK_SIZE: Final = 1_000
OURS, FLOOR, PEER, SINGLE, BARE = "ours", "floor", "peer", "single", "bare"

_PATCH: Final = '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [%s]}'
_SWITCH: Final = _PATCH % '{"op": "replace", "path": "active", "value": <flag>}'
_USER: Final = (
    '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", '
    '"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], '
    '"userName": "new<run>-<c>@acme.example", "externalId": "new<run>-<c>", '
    '"name": {"givenName": "Ada", "familyName": "Byron"}, "displayName": "Ada Byron", '
    '"emails": [{"value": "new<run>-<c>@acme.example", "type": "work", "primary": true}], '
    '"title": "Engineer", "active": true, '
    '"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Research"}}'
)
_BULK: Final = (
    '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [<lines>]}'
)
_BULK_LINE: Final = '{"method": "POST", "path": "/Users", "bulkId": "b<c>", "data": %s}' % _USER  # noqa: UP031 - the braces are JSON's
_FILTER: Final = "?filter=userName+eq+%22user<n>@acme.example%22"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way of doing an operation; ``units`` users are handled by one request."""

    request: Request
    status: int = 200
    units: int = 1
    connections: int = CONNECTIONS


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, done in several ways; ``aims`` are least ratios of ours to another.

    A round takes ``at_least_seconds``, so that the slowest candidate answers several times.
    """

    name: str
    label: str
    candidates: Mapping[str, Candidate]
    aims: Mapping[str, float] = field(default_factory=dict)
    at_least_seconds: int = 1


def scim_operations(token: str) -> list[Operation]:
    """Return the operations, whose requests carry ``token``."""
    operations = [_get(), _filter(), _list(), _create(), _patch(), _add_member(), _bulk()]
    return [_with_token(operation, token) for operation in operations]


def user_request(path: str) -> Request:
    """Return a read of our users."""
    return Request("GET", f"/scim/v2/Users{path}")


def create_request(prefix: str = "/scim/v2") -> Request:
    """Return the create of a user."""
    return Request("POST", f"{prefix}/Users", body=_USER)


def add_member_request(path: str, member: str) -> Request:
    """Return the PATCH that adds one member to a group."""
    add = f'{{"op": "add", "path": "members", "value": [{{"value": "{member}"}}]}}'
    return Request("PATCH", path, body=_PATCH % add)


def _get() -> Operation:
    return Operation(
        "get",
        "get a user by id",
        {
            OURS: Candidate(user_request("/<id>")),
            FLOOR: Candidate(Request("GET", "/scim/v2/floor/Users/<id>")),
            PEER: Candidate(Request("GET", "/scim/v2/peer/Users/<n>")),
        },
        {FLOOR: 0.60, PEER: 2.0},
    )


def _filter() -> Operation:
    return Operation(
        "filter",
        "filter by userName",
        {
            OURS: Candidate(user_request(_FILTER)),
            FLOOR: Candidate(Request("GET", f"/scim/v2/floor/Users{_FILTER}")),
            PEER: Candidate(Request("GET", f"/scim/v2/peer/Users{_FILTER}")),
        },
        {FLOOR: 0.60, PEER: 2.5},
    )


def _list() -> Operation:
    return Operation(
        "list",
        "list 100 users",
        {
            OURS: Candidate(user_request("?count=100")),
            FLOOR: Candidate(Request("GET", "/scim/v2/floor/Users?count=100")),
            PEER: Candidate(Request("GET", "/scim/v2/peer/Users?count=100")),
        },
        {PEER: 20.0},
        at_least_seconds=4,
    )


def _create() -> Operation:
    return Operation(
        "create",
        "create a user",
        {
            OURS: Candidate(create_request(), 201),
            FLOOR: Candidate(create_request("/scim/v2/floor"), 201),
            PEER: Candidate(create_request("/scim/v2/peer"), 201),
        },
        {FLOOR: 0.50, PEER: 2.0},
    )


def _patch() -> Operation:
    return Operation(
        "patch",
        "PATCH active",
        {
            OURS: Candidate(Request("PATCH", "/scim/v2/Users/<sid>", body=_SWITCH)),
            FLOOR: Candidate(Request("PATCH", "/scim/v2/floor/Users/<fid>", body=_SWITCH)),
            PEER: Candidate(Request("PATCH", "/scim/v2/peer/Users/<s>", body=_SWITCH)),
        },
        {FLOOR: 0.60, PEER: 2.5},
    )


def _add_member() -> Operation:
    return Operation(
        "member",
        "add a member to a group",
        {
            OURS: Candidate(add_member_request("/scim/v2/Groups/<gid>", "<mid>")),
            FLOOR: Candidate(
                Request("PATCH", "/scim/v2/floor/Groups/<gid>?member=<mid>", body="{}"), 204
            ),
            PEER: Candidate(add_member_request("/scim/v2/peer/Groups/<g>", "<m>")),
        },
        {PEER: 8.0},
    )


def _bulk() -> Operation:
    bulk = Request("POST", "/scim/v2/Bulk", body=_BULK, line=_BULK_LINE, lines=BULK_SIZE)
    return Operation(
        "bulk",
        f"Bulk of {BULK_SIZE:,} creates, in users",
        {
            # As many at once as there are workers: more would only wait in line.
            OURS: Candidate(bulk, units=BULK_SIZE, connections=2),
            SINGLE: Candidate(create_request(), 201),
        },
        {SINGLE: 8.0},
        at_least_seconds=4,
    )


def _with_token(operation: Operation, token: str) -> Operation:
    return replace(
        operation,
        candidates={
            name: replace(candidate, request=replace(candidate.request, token=token))
            for name, candidate in operation.candidates.items()
        },
    )
