"""Answers of targets, the dialects that are learned from them, and what is tried next."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.protocol.answers import (
    NotAListError,
    Outcome,
    outcome,
    parse_retry_after,
    read_list,
)
from provisioning.protocol.dialects import (
    Dialect,
    DialectError,
    MemberRemoval,
    as_preset,
    dialect_of,
    learned,
)
from provisioning.protocol.fallbacks import fallback
from provisioning.protocol.steps import Action, Step
from scim.protocol import urns

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
GENERIC = Dialect()
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Resources", "totalResults", "detail", "status", "schemas", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("body", "total", "count", "cursor"),
    [
        ({"totalResults": 2, "Resources": [{"id": "1"}, {"id": "2"}]}, 2, 2, ""),
        ({"totalresults": "7", "resources": [{}], "nextCursor": "c"}, 7, 1, "c"),
        ({"totalResults": 0}, 0, 0, ""),
        ({"Resources": []}, None, 0, ""),
        ({"Resources": [], "totalResults": True}, None, 0, ""),
        ({"Resources": [], "totalResults": -1}, None, 0, ""),
    ],
)
def test_a_page(body: Any, total: int | None, count: int, cursor: str) -> None:
    page = read_list(body)

    assert (page.total, len(page.resources), page.next_cursor) == (total, count, cursor)


@pytest.mark.parametrize("body", [None, "x", [], {}, {"Resources": {}}, {"Resources": ["x"]}])
def test_no_page(body: Any) -> None:
    with pytest.raises(NotAListError):
        read_list(body)


@given(_JSON, st.integers(-5, 1000), st.text(max_size=9))
def test_any_answer_is_an_outcome(body: Any, status: int, retry_after: str) -> None:
    found = outcome("post", status, {"Retry-After": retry_after}, body, now=NOW)

    assert found.method == "POST"
    assert len(found.detail) <= 500
    assert found.retry_after is None or found.retry_after >= 0


@pytest.mark.parametrize(
    ("body", "detail", "scim_type"),
    [
        ({"detail": " a\n b ", "scimType": "uniqueness"}, "a b", "uniqueness"),
        ({"Errors": [{"description": "old", "code": 400}]}, "old", ""),
        ({"error": "invalid_token", "error_description": "expired"}, "expired", ""),
        ({"message": "no"}, "no", ""),
        ("<html>Not   here</html>", "<html>Not here</html>", ""),
        ({"detail": 5}, "", ""),
        (None, "", ""),
        ({"detail": "x" * 900}, "x" * 500, ""),
    ],
)
def test_what_an_answer_says(body: Any, detail: str, scim_type: str) -> None:
    found = outcome("PATCH", 400, {}, body, now=NOW)

    assert (found.detail, found.scim_type) == (detail, scim_type)


def test_an_error_that_calls_itself_a_success_is_an_error() -> None:
    body = {"schemas": [urns.ERROR], "status": "404", "detail": "no"}

    assert outcome("GET", 200, {}, body, now=NOW).status == 404


@pytest.mark.parametrize("status", [None, "", "x", 200, "204", 299, 99, 600, 10**30, True, [], {}])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE"])
def test_an_error_is_none_whatever_it_calls_itself(method: str, status: Any) -> None:
    body = {"schemas": [urns.ERROR], "status": status, "detail": "They own things."}

    said = outcome(method, 200, {}, body, now=NOW)

    assert (said.is_success, said.status, said.detail) == (False, 400, "They own things.")


def test_a_page_for_people_is_no_success() -> None:
    assert not outcome("GET", 200, {}, "<html>", now=NOW).is_success
    assert outcome("DELETE", 204, {}, "", now=NOW).is_success
    assert outcome("POST", 201, {}, {"id": "1"}, now=NOW).is_success


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 0 ", 0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
        ("Sun, 29 Nov 2026 12:00:05 -0000", 5),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("9" * 30, None),
        ("\u0661", None),
        ("Sun, 99 Nov 2026 12:00:05 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, now=NOW) == seconds


def test_a_dialect_is_read_and_written() -> None:
    preset = {
        "name": "aws",
        "member_removal": "value",
        "member_chunk": 100,
        "patch_ops": ["remove", "add"],
        "lists_members": False,
    }

    dialect = dialect_of(preset)

    assert dialect.member_removal is MemberRemoval.VALUE
    assert dialect_of(as_preset(dialect)) == dialect
    assert json.loads(json.dumps(as_preset(dialect))) == as_preset(GENERIC) | {
        "name": "aws",
        "member_removal": "value",
        "patch_ops": ["add", "remove"],
        "lists_members": False,
    }
    assert dialect_of({}) == GENERIC


@pytest.mark.parametrize(
    "preset",
    [
        {"nosuch": 1},
        {"patch": "yes"},
        {"patch": 1},
        {"member_chunk": True},
        {"member_chunk": 0},
        {"page_size": -1},
        {"patch_ops": "add"},
        {"patch_ops": ["move"]},
        {"filterable": [1]},
        {"member_removal": "all"},
        {"member_removal": []},
    ],
)
def test_no_dialect(preset: dict[str, Any]) -> None:
    with pytest.raises(DialectError):
        dialect_of(preset)


def test_a_service_provider_config_is_believed_where_the_preset_says_nothing() -> None:
    config = {
        "patch": {"supported": False},
        "filter": {"supported": True, "maxResults": 50},
        "etag": {"supported": True},
        "pagination": {"cursor": True},
    }

    found = learned(GENERIC, config, {})
    kept = learned(GENERIC, config, {"patch": True, "page_size": 100})

    assert (found.patch, found.etags, found.cursors, found.page_size) == (False, True, True, 50)
    assert (kept.patch, kept.page_size) == (True, 100)
    for odd in ({}, {"patch": None, "filter": "x"}, {"filter": {"maxResults": 0}}):
        assert learned(GENERIC, odd, {}) == GENERIC


@pytest.mark.parametrize(
    ("filterable", "attribute", "may"),
    [
        (frozenset[str](), "externalId", True),
        (frozenset({"userName"}), "USERNAME", True),
        (frozenset({"userName"}), "emails.value", False),
    ],
)
def test_what_can_be_searched(filterable: frozenset[str], attribute: str, *, may: bool) -> None:
    assert Dialect(filterable=filterable).filters_by(attribute) is may
    assert not Dialect(filters=False).filters_by(attribute)


def refused(status: int, scim_type: str = "", method: str = "PATCH") -> Outcome:
    return Outcome(method, status, scim_type)


TEN = {f"o{number}": f"r{number}" for number in range(10)}
ADD = Step(Action.ADD_MEMBERS, {}, TEN)
REMOVE = Step(Action.REMOVE_MEMBERS, TEN)
SELECT = Step(Action.UPDATE, {}, {'emails[type eq "work"].value': "x"})


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        (SELECT, refused(405), replace(GENERIC, patch=False)),
        (SELECT, refused(501), replace(GENERIC, patch=False)),
        (SELECT, refused(400, "noTarget"), replace(GENERIC, value_paths=False)),
        (ADD, refused(413), replace(GENERIC, member_chunk=5)),
        (ADD, refused(400), replace(GENERIC, member_chunk=5)),
        (REMOVE, refused(413), replace(GENERIC, member_chunk=5)),
        (REMOVE, refused(400), replace(GENERIC, member_removal=MemberRemoval.VALUE)),
        (REMOVE, refused(400, "tooMany"), replace(GENERIC, member_chunk=5)),
        (REMOVE, refused(400, "noTarget"), replace(GENERIC, member_chunk=5)),
        (ADD, refused(403), None),
        (ADD, refused(500), None),
        (ADD, refused(405, method="PUT"), None),
        (Step(Action.UPDATE, {}, {"title": "x"}), refused(400), None),
        (Step(Action.ADD_MEMBERS, {}, {"a": "1"}), refused(400), None),
    ],
)
def test_what_is_tried_next(step: Step, answer: Outcome, expected: Dialect | None) -> None:
    assert fallback(GENERIC, step, answer) == expected


@given(st.sampled_from([ADD, REMOVE, SELECT]), st.lists(st.sampled_from([400, 413, 405, 501])))
def test_ways_of_saying_it_end(step: Step, statuses: list[int]) -> None:
    dialect, tried = GENERIC, set[Dialect]()
    for count in range(100):
        status = statuses[count % len(statuses)] if statuses else 400
        following = fallback(dialect, step, refused(status), tried=tried)
        if following is None:
            break
        assert following not in tried
        tried.add(dialect)
        dialect = following

    assert len(tried) <= 20


@pytest.mark.parametrize("path", [("filter", "maxResults"), ("pagination", "cursor")])
@given(value=_JSON)
def test_what_a_target_says_of_itself_makes_a_dialect_that_is_kept(
    path: tuple[str, str], value: Any
) -> None:
    whole, part = path
    config = {
        whole: {part: value, "supported": value},
        "patch": value,
        "etag": {"supported": value},
    }

    dialect = learned(GENERIC, config, {})

    assert dialect_of(as_preset(dialect)) == dialect
    assert type(dialect.page_size) is int
