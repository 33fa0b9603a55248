"""Pages by index and by cursor."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.protocol.cursors import (
    CURSOR_TIMEOUT,
    Cursor,
    CursorPage,
    cursor_scope,
    decode_cursor,
    encode_cursor,
)
from scim.protocol.errors import (
    ExpiredCursorError,
    InvalidCountError,
    InvalidCursorError,
    InvalidValueError,
)
from scim.protocol.paging import Page

KEY = b"a key of the server"
SCOPE = cursor_scope("acme", "User", "active eq true", "")


@pytest.mark.parametrize(
    ("params", "page"),
    [
        ({}, Page(1, 200)),
        ({"startIndex": "0"}, Page(1, 200)),
        ({"startIndex": "-7", "count": "-1"}, Page(1, 0)),
        ({"startIndex": "11", "count": "10"}, Page(11, 10)),
        ({"startIndex": 11, "count": 10}, Page(11, 10)),
        ({"count": "100000"}, Page(1, 200)),
        ({"count": "0"}, Page(1, 0)),
        ({"count": ""}, Page(1, 200)),
        ({"startIndex": "9" * 5_000}, Page(2**53 - 1, 200)),
    ],
)
def test_a_page_is_clamped(params: dict[str, object], page: Page) -> None:
    assert Page.from_query(params, max_results=200) == page


@pytest.mark.parametrize("value", ["x", "1.5", "٣", True, [], {}, "1_0"])
def test_an_index_that_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(InvalidValueError, match="startIndex"):
        Page.from_query({"startIndex": value})


def test_a_page_is_a_slice() -> None:
    assert list("abcdef")[Page(3, 2).as_slice] == ["c", "d"]


def test_a_cursor_parameter_asks_for_a_cursor_page() -> None:
    assert CursorPage.from_query({"count": "10"}) is None
    assert CursorPage.from_query({"cursor": "", "count": "10"}) == CursorPage("", 10)
    assert CursorPage.from_query({"cursor": "x", "count": "9999"}) == CursorPage("x", 200)
    with pytest.raises(InvalidCountError):
        CursorPage.from_query({"cursor": "", "count": "ten"})
    with pytest.raises(InvalidCursorError):
        CursorPage.from_query({"cursor": 7})


_POSITIONS: Any = st.lists(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")), max_size=4
)


@given(_POSITIONS, st.booleans())
def test_a_cursor_comes_back_as_it_was(position: list[Any], backward: bool) -> None:  # noqa: FBT001
    cursor = Cursor(position, backward)

    text = encode_cursor(cursor, key=KEY, scope=SCOPE, now=1_000.0)

    assert all(character.isalnum() or character in "-._~" for character in text)
    assert decode_cursor(text, key=KEY, scope=SCOPE, now=1_001.0) == cursor


@given(st.data())
def test_a_changed_cursor_is_refused(data: st.DataObject) -> None:
    text = encode_cursor(Cursor(["2024", "id"]), key=KEY, scope=SCOPE, now=0.0)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_=+é").filter(lambda item: item != text[place]))

    with pytest.raises(InvalidCursorError):
        decode_cursor(text[:place] + other + text[place + 1 :], key=KEY, scope=SCOPE, now=0.0)


@given(st.text(max_size=80))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidCursorError):
        decode_cursor(text, key=KEY, scope=SCOPE, now=0.0)


@pytest.mark.parametrize(
    "other",
    [
        cursor_scope("globex", "User", "active eq true", ""),
        cursor_scope("acme", "Group", "active eq true", ""),
        cursor_scope("acme", "User", "active eq false", ""),
        cursor_scope("acme", "User", "active eq true", "userName"),
        cursor_scope("acmeUser", "", "active eq true", ""),
    ],
)
def test_a_cursor_belongs_to_its_query(other: bytes) -> None:
    text = encode_cursor(Cursor(["x"]), key=KEY, scope=SCOPE, now=0.0)

    with pytest.raises(InvalidCursorError):
        decode_cursor(text, key=KEY, scope=other, now=0.0)


def test_a_cursor_of_another_key_is_refused() -> None:
    text = encode_cursor(Cursor(["x"]), key=b"other", scope=SCOPE, now=0.0)

    with pytest.raises(InvalidCursorError):
        decode_cursor(text, key=KEY, scope=SCOPE, now=0.0)


def test_a_cursor_expires() -> None:
    text = encode_cursor(Cursor(["x"]), key=KEY, scope=SCOPE, now=0.0)

    assert decode_cursor(text, key=KEY, scope=SCOPE, now=CURSOR_TIMEOUT) == Cursor(["x"])
    with pytest.raises(ExpiredCursorError):
        decode_cursor(text, key=KEY, scope=SCOPE, now=CURSOR_TIMEOUT + 1)
