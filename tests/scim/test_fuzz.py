"""No input gives a 500, and every refusal is a SCIM error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scim.protocol import urns

if TYPE_CHECKING:
    from tests.support.scim import SCIMClient

NAMES = st.sampled_from(
    [
        *("schemas", "id", "userName", "name", "name.givenName", "emails", "active", "meta"),
        *("displayName", "members", "groups", "externalId", "addresses", "x509Certificates"),
        *(urns.ENTERPRISE_USER, f"{urns.ENTERPRISE_USER}:manager", "Operations", "op", "path"),
        *("value", "type", "primary", "filter", "count", "startIndex", "cursor", "sortBy", "$ref"),
        *("method", "bulkId", "data", "failOnErrors", "attributes", "profileUrl", "photos"),
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["a@b.c", "True", "", "replace", "add", "remove", "POST", "PATCH", "/Users"]),
    st.sampled_from(
        ["bulkId:x", 'emails[type eq "work"].value', "active", "role:admin", "x" * 400]
    ),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(NAMES, st.text(max_size=5)), inner, max_size=4),
    ),
    max_leaves=12,
)
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Replace", "remove"])},
    optional={
        "path": st.one_of(NAMES, st.text(max_size=12), st.just('emails[type eq "x"]')),
        "value": VALUES,
    },
)
BODIES = st.one_of(
    VALUES,
    st.dictionaries(NAMES, VALUES, max_size=6),
    st.builds(lambda rest: {"userName": "fuzz"} | rest, st.dictionaries(NAMES, VALUES, max_size=4)),
    st.builds(lambda found: {"Operations": found}, st.lists(OPERATIONS, min_size=1, max_size=3)),
)
PATHS = st.one_of(
    st.sampled_from(["/Users", "/Users/{id}", "/Groups", "/Groups/role:editor", "/Bulk", "/Me"]),
    st.sampled_from(["/.search", "/Users/.search", "/Groups/.search", "/Schemas", "/Roles", "/"]),
    st.builds(lambda text: "/Users/" + quote(text, safe=""), st.text(max_size=10)),
    st.builds(lambda text: "/Groups/" + quote(text, safe=""), st.text(max_size=10)),
)
TOKENS = st.sampled_from(
    [
        *("userName", "emails", "groups.value", "meta.created", "active", "id", "nosuch", "name"),
        *("eq", "ne", "co", "gt", "pr", "and", "or", "not", "(", ")", "[", "]", '"a"', "true", "7"),
        *("null", '"2011-05-13T04:42:34Z"', '"role:admin"', ".value", urns.ENTERPRISE_USER, "x"),
    ]
)
QUERIES = st.dictionaries(
    st.sampled_from(
        ["filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes"]
    ),
    st.one_of(
        st.text(max_size=10),
        st.integers().map(str),
        TOKENS,
        st.lists(TOKENS, max_size=8).map(" ".join),
        st.just("ascending"),
    ),
    max_size=4,
)


def encoded(value: Any) -> str:
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    path=PATHS,
    query=QUERIES,
    body=BODIES,
)
def test_no_input_gives_a_500(
    scim: SCIMClient, method: str, path: str, query: dict[str, str], body: Any
) -> None:
    user = scim.raw("POST", "/Users", {"userName": "babs@acme.example"})
    user_id = user.json().get("id", "babs@acme.example")
    url = path.replace("{id}", user_id)
    if query:
        url += "?" + "&".join(f"{name}={encoded(value)}" for name, value in query.items())

    response = scim.raw(method, url, json.dumps(body))

    assert response.status_code < 500 or response.status_code == 501, response.content
    if response.status_code >= 400:
        assert response.headers["Content-Type"] == "application/scim+json"
        assert response.json()["schemas"] == [urns.ERROR]


CONDITIONS = st.dictionaries(
    st.sampled_from(["If_Match", "If_None_Match", "Prefer", "Accept", "Content_Encoding"]),
    st.sampled_from(["*", 'W/"1"', '"2", W/"1"', 'x,,"', "return=minimal", "*/*", "gzip", ""]),
    max_size=2,
)
RAW = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"\xef\xbb\xbf{}", b'{"userName":"\\u0000"}', b'{"a":NaN}', b'"\\ud800"']),
    st.builds(lambda body, cut: json.dumps(body).encode()[: cut or None], BODIES, st.integers(0)),
)


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    method=st.sampled_from(["GET", "PUT", "PATCH", "DELETE", "POST"]),
    path=st.sampled_from(["/Groups/{id}", "/groups/{id}/", "/Groups", "/Bulk", "/Users"]),
    headers=CONDITIONS,
    body=RAW,
)
def test_no_bytes_and_no_headers_give_a_500(
    scim: SCIMClient, method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    made = scim.raw("POST", "/Groups", {"displayName": "Fuzz", "members": []}).json()
    url = path.replace("{id}", made.get("id", "role:member"))

    response = scim.raw(method, url, body, **headers)

    assert response.status_code < 500, response.content
    if response.status_code >= 400:
        assert response.headers["Content-Type"] == "application/scim+json"
        assert response.json()["schemas"] == [urns.ERROR]
