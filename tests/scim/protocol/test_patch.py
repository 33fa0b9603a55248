"""PATCH on a resource, by the RFC's examples and by what identity providers send."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.protocol.core_schemas import USER
from scim.protocol.errors import (
    InvalidSyntaxError,
    MutabilityError,
    PayloadTooLargeError,
    SCIMError,
)
from scim.protocol.patch import apply_patch
from scim.protocol.patch_operations import MAX_OPERATIONS
from scim.protocol.schemas import Attribute, Schema, with_extensions, with_required
from tests.scim.protocol.data import ENTERPRISE, PATCH_OP, load, nested, patch

BABS: dict[str, Any] = {
    "userName": "babs",
    "active": True,
    "name": {"givenName": "Barbara", "familyName": "Jensen"},
    "emails": [{"type": "work", "value": "babs@example.com", "primary": True}],
    ENTERPRISE: {"manager": {"value": "m1"}},
}


@pytest.mark.parametrize("example", load("examples/patches.json"), ids=lambda e: e["fact"])
def test_a_patch_has_this_result(example: dict[str, Any]) -> None:
    before = copy.deepcopy(example["resource"])

    result = apply_patch(example["resource"], patch(*example["operations"]), USER)

    assert result == example["result"]
    assert example["resource"] == before


@pytest.mark.parametrize("example", load("examples/refused_patches.json"), ids=lambda e: e["fact"])
def test_a_patch_is_refused(example: dict[str, Any]) -> None:
    before = copy.deepcopy(BABS)

    with pytest.raises(SCIMError) as refusal:
        apply_patch(BABS, patch(*example["operations"]), USER)

    message = refusal.value.to_message()
    assert (message["status"], message["scimType"]) == (
        str(example["status"]),
        example["scimType"],
    )
    assert before == BABS


@pytest.mark.parametrize("case", load("traffic/user_patches.json"), ids=lambda case: case["sender"])
def test_what_identity_providers_send_is_applied(case: dict[str, Any]) -> None:
    before = copy.deepcopy(BABS)

    result = apply_patch(BABS, patch(*case["operations"]), USER)

    expected = {key: value for key, value in (BABS | case["changes"]).items() if value is not None}
    assert result == expected
    assert before == BABS


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"Operations": "x"},
        {"schemas": ["urn:example:other"], "Operations": [{"op": "remove", "path": "title"}]},
    ],
)
def test_a_body_that_is_no_patch_op_is_refused(body: object) -> None:
    with pytest.raises(InvalidSyntaxError):
        apply_patch(BABS, body, USER)


def test_the_message_may_be_spelt_in_any_letter_case() -> None:
    body = {
        "SCHEMAS": [PATCH_OP.upper()],
        "operations": [{"OP": "Replace", "Path": "TITLE", "Value": "T"}],
    }

    assert apply_patch(BABS, body, USER)["title"] == "T"


def test_too_many_operations_are_refused() -> None:
    operations = [{"op": "remove", "path": "title"}] * (MAX_OPERATIONS + 1)

    with pytest.raises(PayloadTooLargeError):
        apply_patch(BABS, patch(*operations), USER)


def test_untouched_branches_are_shared() -> None:
    result = apply_patch(BABS, patch({"op": "replace", "path": "active", "value": False}), USER)

    assert result["emails"] is BABS["emails"]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": 'emails[type eq "work"].primary', "value": True},
        {"op": "add", "path": 'emails[type eq "work"]', "value": {"primary": True}},
        {"op": "add", "path": "emails", "value": [{"value": "b", "type": "work", "primary": True}]},
    ],
)
def test_the_same_primary_once_more_changes_nothing(operation: dict[str, Any]) -> None:
    work = [{"value": "a", "type": "work", "primary": True}, {"value": "b", "type": "work"}]
    once = apply_patch({**BABS, "emails": work}, patch(operation), USER)

    assert apply_patch(once, patch(operation), USER) == once
    assert [element.get("primary") for element in once["emails"]].count(True) == 1


def test_an_immutable_attribute_can_be_set_once() -> None:
    schema = Schema("urn:example:t", "T", "", (Attribute(name="badge", mutability="immutable"),))
    user = with_extensions(USER, [schema])
    first = apply_patch(
        BABS, patch({"op": "add", "path": "urn:example:t:badge", "value": "1"}), user
    )

    assert first["urn:example:t"] == {"badge": "1"}
    with pytest.raises(MutabilityError):
        apply_patch(
            first, patch({"op": "replace", "path": "urn:example:t:badge", "value": "2"}), user
        )


def test_what_was_missing_before_does_not_stop_another_change() -> None:
    strict = with_required(USER, ["displayName"])

    result = apply_patch(BABS, patch({"op": "add", "path": "title", "value": "T"}), strict)

    assert result["title"] == "T"


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "title", "value": nested(50_000)},
        {"op": "add", "path": "emails", "value": nested(50_000)},
        {"op": "add", "value": {"emails": [nested(50_000)]}},
        {"op": "add", "value": '{"a":' * 50_000},
        {"op": "add", "path": "emails", "value": "[" * 60_000},
        {"op": "remove", "path": "emails[" + "(" * 5_000},
        {"op": "remove", "path": "emails", "value": nested(50_000)},
    ],
    ids=["title", "emails", "object", "encoded object", "encoded array", "path", "remove"],
)
def test_depth_is_no_danger(operation: dict[str, Any]) -> None:
    try:
        result = apply_patch(BABS, patch(operation), USER)
    except SCIMError:
        return
    assert result["userName"] == "babs"


class Model:
    """What PATCH means for a few attributes, written down as plainly as can be."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {"userName": "babs"}
        self.emails: list[dict[str, Any]] = []

    def apply(self, kind: str, key: str, value: str) -> dict[str, Any]:
        """Change the model; return the operation that should do the same."""
        return getattr(self, f"_{kind}")(key, value)  # type: ignore[no-any-return]

    def as_resource(self) -> dict[str, Any]:
        resource: dict[str, Any] = {}
        for path, text in self.texts.items():
            head, _, sub = path.partition(".")
            if sub:
                resource.setdefault(head, {})[sub] = text
            else:
                resource[head] = text
        return resource | ({"emails": self.emails} if self.emails else {})

    def _text(self, key: str, value: str) -> dict[str, Any]:
        name = {"a": "title", "b": "name.givenName", "c": "name.familyName"}[key]
        if value:
            self.texts[name] = value
        else:
            self.texts.pop(name, None)
        return {"op": "Replace", "path": name.upper(), "value": value}

    def _object(self, key: str, value: str) -> dict[str, Any]:
        self._text(key, value)
        name = {"a": "title", "b": "name.givenName", "c": "name.familyName"}[key]
        return {"op": "add", "value": {name: value or None, "unknown": 1}}

    def _typed_email(self, key: str, value: str) -> dict[str, Any]:
        found = [email for email in self.emails if email.get("type") == key]
        for email in found:
            email["value"] = value
        if not found:
            self.emails.append({"type": key, "value": value})
        self.emails = [email for email in self.emails if email["value"]]
        return {"op": "replace", "path": f'emails[type eq "{key.upper()}"].value', "value": value}

    def _add_email(self, key: str, value: str) -> dict[str, Any]:
        wanted = {"type": key, "value": value}
        if value and wanted not in self.emails:
            self.emails.append(wanted)
        return {"op": "add", "path": "emails", "value": [wanted]}

    def _remove_email(self, _key: str, value: str) -> dict[str, Any]:
        self.emails = [email for email in self.emails if email["value"] != value]
        return {"op": "remove", "path": "emails", "value": [{"value": value}]}

    def _remove_type(self, key: str, _value: str) -> dict[str, Any]:
        self.emails = [email for email in self.emails if email["type"] != key]
        return {"op": "remove", "path": f'emails[type eq "{key}"]'}


_STEPS = st.tuples(
    st.sampled_from(["text", "object", "typed_email", "add_email", "remove_email", "remove_type"]),
    st.sampled_from("abc"),
    st.sampled_from(["", "x", "y", "z"]),
)


@given(st.lists(_STEPS, min_size=1, max_size=12))
def test_patches_do_what_a_plain_model_does(steps: list[tuple[str, str, str]]) -> None:
    model = Model()
    resource: dict[str, Any] = {"userName": "babs"}

    for step in steps:
        resource = apply_patch(resource, patch(_lower_type(model.apply(*step))), USER)

        assert _comparable(resource) == _comparable(model.as_resource())


def _lower_type(operation: dict[str, Any]) -> dict[str, Any]:
    """Write the type in lower case, for a created element takes the filter's spelling."""
    if "[" in operation.get("path", ""):
        operation["path"] = operation["path"].lower()
    return operation


def _comparable(resource: dict[str, Any]) -> dict[str, Any]:
    emails = [tuple(sorted(email.items())) for email in resource.get("emails", [])]
    return {**resource, "emails": emails}
