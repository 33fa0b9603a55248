"""Bulk requests are read, ordered by their references, and answered."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.protocol import urns
from scim.protocol.bulk import BulkResults, parse_bulk
from scim.protocol.bulk_plan import plan, references_of, resolve_references
from scim.protocol.core_schemas import USER
from scim.protocol.errors import (
    InvalidSyntaxError,
    InvalidValueError,
    NotFoundError,
    PayloadTooLargeError,
    SCIMError,
)
from scim.protocol.schemas import AttributePath
from tests.scim.protocol.data import ENTERPRISE, nested


def request(*operations: object, **members: object) -> dict[str, Any]:
    return {"schemas": [urns.BULK_REQUEST], "Operations": list(operations), **members}


def post_user(bulk_id: str, **data: object) -> dict[str, Any]:
    return {"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data}


def post_group(bulk_id: str, *members: str) -> dict[str, Any]:
    data = {"displayName": bulk_id, "members": [{"value": member} for member in members]}
    return {"method": "post", "path": "/groups", "bulkId": bulk_id, "data": data}


def order(*operations: object) -> list[list[int]]:
    parsed = parse_bulk(request(*operations), max_operations=100)
    return [[item.index for item in batch.operations] for batch in plan(parsed.operations)]


def test_operations_are_read_leniently() -> None:
    bulk = parse_bulk(
        request(
            {"method": "Post", "path": "/users/", "bulkId": "q", "id": "x", "data": {"a": 1}},
            {"method": "PATCH", "path": "/scim/v2/Users/7?x=1", "version": 'W/"1"', "data": {}},
            {"method": "DELETE", "path": "/Groups/role%3Aeditor"},
            {"method": "PUT", "path": "Users/bulkId:q", "data": {}},
            failOnErrors="1",
        ),
        max_operations=10,
    )

    assert bulk.fail_on_errors == 1
    assert [
        (item.method, item.endpoint, item.resource_id, item.bulk_id, item.version)
        for item in bulk.operations
    ] == [
        ("POST", "/Users", None, "q", None),
        ("PATCH", "/Users", "7", None, 'W/"1"'),
        ("DELETE", "/Groups", "role:editor", None, None),
        ("PUT", "/Users", "bulkId:q", None, None),
    ]
    assert references_of(bulk.operations[3]) == {"q"}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ([], InvalidSyntaxError),
        ({}, InvalidSyntaxError),
        ({"schemas": ["urn:example:other"], "Operations": []}, InvalidSyntaxError),
        (request("POST"), InvalidSyntaxError),
        (request(failOnErrors=-1), InvalidValueError),
        (request(failOnErrors="x"), InvalidValueError),
        (request(*[{}] * 11), PayloadTooLargeError),
    ],
)
def test_a_body_that_is_no_bulk_request_is_refused(body: object, error: type[SCIMError]) -> None:
    with pytest.raises(error):
        parse_bulk(body, max_operations=10)


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ({"path": "/Users"}, "400"),
        ({"method": "GET", "path": "/Users"}, "400"),
        ({"method": "POST", "data": {}}, "400"),
        ({"method": "POST", "path": "/Nosuch", "data": {}}, "400"),
        ({"method": "POST", "path": "/Users/7", "data": {}}, "405"),
        ({"method": "DELETE", "path": "/Users"}, "405"),
        ({"method": "POST", "path": "/Users"}, "400"),
        ({"method": "POST", "path": "/Users", "data": []}, "400"),
        ({"method": "PUT", "path": "/Users/a%00", "data": {}}, "400"),
        ({"method": "PUT", "path": "/Users/7", "version": 1, "data": {}}, "400"),
        ({"method": "POST", "path": "/Users", "bulkId": [], "data": {}}, "400"),
    ],
)
def test_an_operation_that_makes_no_sense_fails_alone(
    operation: dict[str, Any], status: str
) -> None:
    bulk = parse_bulk(request(operation, post_user("q")), max_operations=10)

    assert bulk.operations[0].error is not None
    assert bulk.operations[0].error.to_message()["status"] == status
    assert bulk.operations[1].error is None


def test_data_may_be_encoded_as_a_string() -> None:
    operation = {"method": "POST", "path": "/Users", "data": '{"userName":"a"}'}

    (read,) = parse_bulk(request(operation), max_operations=1).operations

    assert (read.error, read.data) == (None, {"userName": "a"})


def test_a_bulk_id_is_used_once() -> None:
    bulk = parse_bulk(request(post_user("q"), post_user("q")), max_operations=10)

    assert [item.error is None for item in bulk.operations] == [True, False]


def test_neighbouring_creates_are_one_batch() -> None:
    delete = {"method": "DELETE", "path": "/Users/7"}

    assert order(post_user("a"), post_user("b"), delete, post_user("c"), post_group("g")) == [
        [0, 1],
        [2],
        [3],
        [4],
    ]


def test_a_forward_reference_waits() -> None:
    assert order(post_group("g", "bulkId:u"), post_user("u")) == [[1], [0]]


def test_a_create_that_refers_to_its_neighbour_starts_a_new_batch() -> None:
    manager = {ENTERPRISE: {"manager": {"value": "bulkId:boss"}}}

    assert order(post_user("boss"), post_user("b"), post_user("c", **manager)) == [[0, 1], [2]]


def test_a_path_can_refer_to_a_create() -> None:
    patch = {"method": "PATCH", "path": "/Users/bulkId:u", "data": {"Operations": []}}

    assert order(patch, post_user("u")) == [[1], [0]]


def test_a_circle_is_one_batch_and_those_who_wait_for_it_come_after() -> None:
    parsed = parse_bulk(
        request(
            post_group("a", "bulkId:b"),
            post_group("b", "bulkId:a"),
            post_group("c", "bulkId:a"),
            post_user("u"),
        ),
        max_operations=10,
    )

    planned = [
        ([item.index for item in batch.operations], batch.is_circle)
        for batch in plan(parsed.operations)
    ]

    assert planned == [([3], False), ([0, 1], True), ([2], False)]


def test_an_operation_that_names_itself_is_a_circle() -> None:
    own = {ENTERPRISE: {"manager": "bulkId:a"}}
    parsed = parse_bulk(request(post_user("a", **own)), max_operations=10)

    (batch,) = plan(parsed.operations)

    assert batch.is_circle


TEXTS = [
    path
    for top in USER.attributes()
    for path in (
        top,
        *(AttributePath(top.extension, top.attribute, sub) for sub in top.attribute.sub_attributes),
    )
    if path.target.type in {"string", "reference", "binary"}
    if "readOnly" not in {path.attribute.mutability, path.target.mutability}
    if str(path) not in {f"{ENTERPRISE}:manager.value", f"{ENTERPRISE}:manager.$ref"}
]
"""Every text of a User that a client may send, but for those that do refer to another user."""


@pytest.mark.parametrize("path", TEXTS, ids=str)
def test_a_text_that_looks_like_a_reference_is_a_text(path: AttributePath) -> None:
    parsed = parse_bulk(
        request(
            post_user("a", **{str(path): "bulkId:a"}),
            {
                "method": "PATCH",
                "path": "/Users/1",
                "data": {"Operations": [{"op": "add", "path": str(path), "value": "bulkId:a"}]},
            },
        ),
        max_operations=10,
    )

    assert [references_of(operation) for operation in parsed.operations] == [frozenset()] * 2


_PATCHES: list[tuple[str, dict[str, Any]]] = [
    ("/Groups/1", {"path": "members", "value": [{"value": "bulkId:u"}]}),
    ("/Groups/1", {"path": 'members[value eq "bulkId:u"]'}),
    ("/Groups/1", {"value": {"members": ["bulkId:u"]}}),
    ("/Groups/1", {"value": '{"members": ["bulkId:u"]}'}),
    ("/Users/1", {"Path": f"{ENTERPRISE}:manager", "value": "bulkId:u"}),
    ("/Users/1", {"path": f"{ENTERPRISE}:manager.value", "value": "bulkId:u"}),
    ("/Users/1", {"path": ENTERPRISE, "value": {"manager": {"value": "bulkId:u"}}}),
    ("/Users/1", {"value": {f"{ENTERPRISE}:manager": "bulkId:u"}}),
]
REFERRING: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/Groups", {"members": [{"value": "bulkId:u"}]}),
    ("POST", "/Groups", {"Members": ["bulkId:u"]}),
    ("POST", "/Groups", {"members": {"$ref": "https://a.example/scim/v2/Users/bulkId:u"}}),
    ("PUT", "/Groups/1", {"urn:ietf:params:scim:schemas:core:2.0:Group:members": "bulkId:u"}),
    ("POST", "/Users", {ENTERPRISE: {"manager": "bulkId:u"}}),
    ("POST", "/Users", {ENTERPRISE: {"manager": {"value": "bulkId:u"}}}),
    ("POST", "/Users", {ENTERPRISE: {"Manager": {"$ref": "../Users/bulkId:u"}}}),
    ("POST", "/Users", {f"{ENTERPRISE}:manager": {"value": "bulkId:u"}}),
    ("POST", "/Users", {f"{ENTERPRISE}:manager.value": "bulkId:u"}),
    *(
        ("PATCH", path, {"operations": [{"OP": "add", **operation}]})
        for path, operation in _PATCHES
    ),
    ("DELETE", "/Users/bulkId:u", {}),
]


@pytest.mark.parametrize(("method", "path", "data"), REFERRING)
def test_every_shape_of_a_reference_is_resolved(
    method: str, path: str, data: dict[str, Any]
) -> None:
    operation = {"method": method, "path": path, "bulkId": "g", "data": data}
    (parsed,) = parse_bulk(request(operation), max_operations=10).operations

    resolved = resolve_references(parsed, {"u": "id-1"})

    assert references_of(parsed) == {"u"}
    assert not references_of(resolved)
    assert "id-1" in str(resolved.data) or resolved.resource_id == "id-1"


def test_an_unknown_reference_is_an_error_of_that_operation() -> None:
    parsed = parse_bulk(request(post_group("g", "bulkId:nobody")), max_operations=10)

    (batch,) = plan(parsed.operations)

    assert isinstance(batch.operations[0].error, InvalidValueError)


def test_references_become_ids() -> None:
    parsed = parse_bulk(
        request(
            post_user("u"),
            post_group("g", "bulkId:u", "other"),
            {"method": "PUT", "path": "/Users/bulkId:u", "data": {"title": "bulkId"}},
        ),
        max_operations=10,
    )
    group = resolve_references(parsed.operations[1], {"u": "id-1"})
    put = resolve_references(parsed.operations[2], {"u": "id-1"})

    assert group.data["members"] == [{"value": "id-1"}, {"value": "other"}]
    assert (put.resource_id, put.data) == ("id-1", {"title": "bulkId"})
    with pytest.raises(InvalidValueError):
        resolve_references(parsed.operations[1], {})


def test_the_response_names_each_outcome_in_the_order_of_the_request() -> None:
    bulk = parse_bulk(
        request(
            post_user("u"), {"method": "DELETE", "path": "/Users/7"}, post_user("v"), failOnErrors=1
        ),
        max_operations=10,
    )
    results = BulkResults(bulk)

    results.failed(bulk.operations[1], NotFoundError("No such user."), location="/Users/7")
    results.succeeded(
        bulk.operations[0],
        status=HTTPStatus.CREATED,
        location="/Users/1",
        version='W/"1"',
        resource_id="1",
    )

    assert results.is_exhausted
    assert results.resource_ids == {"u": "1"}
    assert results.to_message() == {
        "schemas": [urns.BULK_RESPONSE],
        "Operations": [
            {
                "method": "POST",
                "bulkId": "u",
                "location": "/Users/1",
                "version": 'W/"1"',
                "status": "201",
            },
            {
                "method": "DELETE",
                "location": "/Users/7",
                "response": NotFoundError("No such user.").to_message(),
                "status": "404",
            },
        ],
    }


@pytest.mark.parametrize("members", [{}, {"failOnErrors": None}, {"failOnErrors": 0}])
def test_without_fail_on_errors_nothing_stops(members: dict[str, Any]) -> None:
    bulk = parse_bulk(request(post_user("u"), **members), max_operations=10)
    results = BulkResults(bulk)

    results.failed(bulk.operations[0], NotFoundError("x"))

    assert not results.is_exhausted


def test_depth_is_no_danger() -> None:
    parsed = parse_bulk(
        request(post_user("u", x=nested(100_000)), post_group("g", "bulkId:u")), max_operations=10
    )

    assert [len(batch.operations) for batch in plan(parsed.operations)] == [1, 1]
    group = resolve_references(parsed.operations[1], {"u": "1"})
    assert group.data["members"] == [{"value": "1"}]


_REFERENCES = st.lists(
    st.lists(st.integers(0, 11).map(lambda number: f"bulkId:{number}"), max_size=3),
    min_size=1,
    max_size=12,
)


@given(_REFERENCES)
def test_every_operation_is_planned_once_and_after_what_it_refers_to(
    references: list[list[str]],
) -> None:
    operations = [post_group(str(number), *names) for number, names in enumerate(references)]
    parsed = parse_bulk(request(*operations), max_operations=100)

    batches = plan(parsed.operations)

    assert sorted(item.index for batch in batches for item in batch.operations) == list(
        range(len(operations))
    )
    done: set[str] = set()
    for batch in batches:
        together = {str(item.index) for item in batch.operations}
        for item in batch.operations:
            known = done | together if batch.is_circle else done
            assert item.error or references_of(item) <= known
            assert not batch.is_circle or references_of(item) & together
        done |= together
