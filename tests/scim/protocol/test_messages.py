"""Queries are read the same from a URL and from a ``.search`` body."""

from __future__ import annotations

from typing import Any

import pytest

from scim.protocol import urns
from scim.protocol.core_schemas import USER
from scim.protocol.cursors import CursorPage
from scim.protocol.errors import (
    InvalidCountError,
    InvalidFilterError,
    InvalidSyntaxError,
    InvalidValueError,
    SCIMError,
)
from scim.protocol.messages import (
    cursor_list_response,
    list_response,
    parse_sort,
    read_query,
    read_search_request,
)
from scim.protocol.paging import Page


def test_keycloaks_search_sends_numbers_as_strings() -> None:
    query = read_search_request(
        {
            "schemas": [urns.SEARCH_REQUEST],
            "startIndex": "1",
            "count": "50",
            "filter": 'userName eq "a"',
            "attributes": ["userName", "emails.value"],
        }
    )

    assert query.page == Page(1, 50)
    assert query.filter == 'userName eq "a"'
    assert query.attributes == "userName,emails.value"


def test_a_url_and_a_body_mean_the_same() -> None:
    url = read_query({"startindex": "3", "COUNT": "2", "sortBy": "userName", "cursor": ""})
    body = read_search_request({"startIndex": 3, "count": 2, "sortby": "userName", "cursor": ""})

    assert url == body
    assert url.page == CursorPage("", 2)


def test_an_empty_filter_is_not_taken_for_none() -> None:
    assert read_query({"filter": ""}).filter == ""
    assert read_query({}).filter is None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ([], InvalidSyntaxError),
        ({"schemas": ["urn:example:other"]}, InvalidSyntaxError),
        ({"filter": 7}, InvalidFilterError),
        ({"sortBy": []}, InvalidValueError),
        ({"count": "many"}, InvalidValueError),
        ({"cursor": "", "count": "many"}, InvalidCountError),
        ({"attributes": {}}, InvalidSyntaxError),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(body: object, error: type[SCIMError]) -> None:
    with pytest.raises(error):
        read_search_request(body)


@pytest.mark.parametrize(
    ("params", "path", "descending"),
    [
        ({"sortBy": "userName"}, "userName", False),
        ({"sortBy": "NAME.familyname", "sortOrder": "Descending"}, "name.familyName", True),
        ({"sortBy": "emails"}, "emails.value", False),
        ({"sortBy": "meta.created", "sortOrder": "ascending"}, "meta.created", False),
    ],
)
def test_an_order_resolves_to_an_attribute(
    params: dict[str, str],
    path: str,
    descending: bool,  # noqa: FBT001
) -> None:
    sort = parse_sort(read_query(params), USER)

    assert sort is not None
    assert (str(sort.path), sort.descending) == (path, descending)


@pytest.mark.parametrize(
    "params",
    [
        {"sortBy": "nosuch"},
        {"sortBy": "name"},
        {"sortBy": "password"},
        {"sortBy": "userName", "sortOrder": "sideways"},
        {"sortOrder": "sideways"},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(params: dict[str, str]) -> None:
    with pytest.raises(InvalidValueError):
        parse_sort(read_query(params), USER)


def test_without_sort_by_the_order_is_the_servers() -> None:
    assert parse_sort(read_query({"sortOrder": "descending"}), USER) is None


def test_an_empty_page_is_a_list_response() -> None:
    assert list_response([], total=0, page=Page(1, 10)) == {
        "schemas": [urns.LIST_RESPONSE],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
    }


def test_a_page_by_cursor_names_the_next_one_and_no_index() -> None:
    first: dict[str, Any] = cursor_list_response([{"id": "1"}], next_cursor="abc")
    last = cursor_list_response([{"id": "2"}], total=2, previous_cursor="xyz")

    assert first["nextCursor"] == "abc"
    assert not {"totalResults", "startIndex", "previousCursor"} & first.keys()
    assert (last["totalResults"], last["previousCursor"]) == (2, "xyz")
    assert "nextCursor" not in last
