"""Whatever JSON arrives, the answer is a result or a SCIM error, never another exception."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scim.protocol.bulk import parse_bulk
from scim.protocol.bulk_plan import plan
from scim.protocol.core_schemas import GROUP, USER
from scim.protocol.errors import SCIMError
from scim.protocol.group_patch import net_members, read_group_patch
from scim.protocol.messages import parse_sort, read_search_request
from scim.protocol.patch import apply_operations, apply_patch
from scim.protocol.preconditions import (
    Preconditions,
    check_preconditions,
    entity_tag,
    is_unmodified,
)
from scim.protocol.projection import projection
from scim.protocol.resources import read_resource
from tests.scim.protocol.data import ENTERPRISE, patch

BABS: dict[str, Any] = {
    "userName": "babs",
    "name": {"givenName": "B"},
    "emails": [{"type": "work", "value": "a", "primary": True}, {"type": "home", "value": "b"}],
    "roles": [{"value": "r"}],
    ENTERPRISE: {"department": "D", "manager": {"value": "m"}},
}
_PATHS = [
    *("userName", "name", "name.givenName", "emails", "emails.value", "emails.primary", "members"),
    *('emails[type eq "work"]', 'emails[type eq "x"].value', "emails[primary eq true].primary"),
    *('emails[value co "a"].type', 'members[value eq "1"]', 'members[value eq "1"].value'),
    *(f"{ENTERPRISE}:manager", f"{ENTERPRISE}:manager.value", ENTERPRISE, "active", "nosuch", "id"),
    *("roles[not (value pr)]", "x509Certificates", "addresses[type eq null].formatted", "schemas"),
    *("displayName", "members.display", "", "emails[", "externalId", "meta.created", "groups"),
]
_KEYS = st.sampled_from([*_PATHS, "value", "type", "primary", "$ref", "display", "Operations"])
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["True", "", "a", "work", '{"a":1}', '["x"]', "bulkId:q", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)
_OPERATIONS = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "Replace", "REMOVE", "move"])},
        optional={"path": st.sampled_from(_PATHS), "value": _JSON},
    ),
    max_size=4,
)


@given(_OPERATIONS)
def test_a_patch_of_a_user(operations: list[dict[str, Any]]) -> None:
    before = copy.deepcopy(BABS)
    try:
        result = apply_patch(BABS, patch(*operations), USER)
    except SCIMError:
        result = BABS

    assert before == BABS
    assert result["userName"]
    assert read_resource(result, USER, also_read_only=True) == result


@given(_OPERATIONS)
def test_a_patch_of_a_group(operations: list[dict[str, Any]]) -> None:
    try:
        change = read_group_patch(patch(*operations))
        result = apply_operations({"displayName": "G"}, change.operations, GROUP)
    except SCIMError:
        return

    assert "members" not in result
    assert net_members(change.members) is not None or change.members


@given(_JSON)
def test_any_body_as_any_message(body: Any) -> None:
    for read in (
        lambda: apply_patch(BABS, body, USER),
        lambda: read_group_patch(body),
        lambda: plan(parse_bulk(body, max_operations=10).operations),
        lambda: parse_sort(read_search_request(body), USER),
        lambda: projection(USER)(read_resource(body, USER)),
    ):
        with suppress(SCIMError):
            read()


@given(
    st.dictionaries(
        st.sampled_from(["method", "path", "bulkId", "data", "version"]),
        _JSON | st.sampled_from(["POST", "put", "/Users", "/Groups/1", "/Users/bulkId:q"]),
    )
)
def test_any_bulk_operation(operation: dict[str, Any]) -> None:
    batches = plan(parse_bulk({"Operations": [operation]}, max_operations=10).operations)

    assert [item.index for batch in batches for item in batch.operations] == [0]


@given(st.text())
def test_any_header(header: str) -> None:
    current = entity_tag(3)
    try:
        check_preconditions(Preconditions(if_match=header), current)
    except SCIMError:
        assert not is_unmodified(Preconditions(if_none_match=header), current)


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_projection(attributes: str, excluded: str) -> None:
    projected = projection(USER, attributes, excluded)({"id": "1"} | BABS)

    assert projected["id"] == "1"
