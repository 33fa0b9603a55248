"""A list is complete only when that is proved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from provisioning.protocol.dialects import Dialect
from provisioning.protocol.steps import Kind
from tests.provisioning.client.conftest import Scripted, target_at

if TYPE_CHECKING:
    from collections.abc import Callable

IDS = [str(number) for number in range(5)]
SMALL_PAGES = Dialect(page_size=2)


def page(ids: list[str], total: int | None, **more: Any) -> tuple[int, Any, dict[str, str]]:
    body: dict[str, Any] = {"Resources": [{"id": each} for each in ids], **more}
    if total is not None:
        body["totalResults"] = total
    return 200, body, {}


def by_index(
    total: Callable[[int], int | None], most: int = 2
) -> Callable[[str, str], tuple[int, Any, dict[str, str]]]:
    def answer(_method: str, path: str) -> tuple[int, Any, dict[str, str]]:
        start = int(parse_qs(urlsplit(path).query)["startIndex"][0]) - 1
        return page(IDS[start : start + most], total(start))

    return answer


def read(scripted: Scripted, dialect: Dialect = SMALL_PAGES) -> tuple[list[str], bool, str]:
    with target_at(scripted.url, dialect=dialect) as target:
        listing = target.list_all(Kind.USER)
        ids = [each["id"] for found in listing for each in found.resources]
    return ids, listing.is_complete, listing.why_incomplete


def test_all_pages_are_read(scripted: Scripted) -> None:
    scripted.answer = by_index(lambda _start: 5)

    assert read(scripted) == (IDS, True, "")


def test_pages_shorter_than_asked_for_are_no_end(scripted: Scripted) -> None:
    scripted.answer = by_index(lambda _start: 5, most=1)

    assert read(scripted) == (IDS, True, "")


def test_a_target_that_tells_no_total_is_read_to_its_empty_page(scripted: Scripted) -> None:
    scripted.answer = by_index(lambda _start: None)

    assert read(scripted) == (IDS, True, "")


@pytest.mark.parametrize(
    ("total", "says"),
    [(lambda _start: 9, "showed 5"), (lambda start: 5 if start == 0 else 4, "then 4")],
    ids=["too many", "shrinking"],
)
def test_a_total_that_lies_is_incomplete(
    scripted: Scripted, total: Callable[[int], int | None], says: str
) -> None:
    scripted.answer = by_index(total)

    _ids, is_complete, why = read(scripted)

    assert not is_complete
    assert says in why


def test_a_page_that_repeats_ids_is_incomplete(scripted: Scripted) -> None:
    scripted.answer = lambda *_: page(["1", "2"], 4)

    ids, is_complete, why = read(scripted)

    assert ids == ["1", "2"]
    assert not is_complete
    assert "repeats" in why


def test_a_page_that_fails_is_incomplete(scripted: Scripted) -> None:
    first = by_index(lambda _start: 5)
    scripted.answer = lambda *told: first(*told) if len(scripted.asked) < 2 else (500, {}, {})

    ids, is_complete, _why = read(scripted)

    assert ids == ["0", "1"]
    assert not is_complete


def test_cursors_are_followed_to_the_last(scripted: Scripted) -> None:
    pages = {"": page(["a"], 2, nextCursor="x y"), "x y": page(["b"], 2)}

    def answer(_method: str, path: str) -> tuple[int, Any, dict[str, str]]:
        asked = parse_qs(urlsplit(path).query, keep_blank_values=True)
        return pages[asked["cursor"][0]]

    scripted.answer = answer

    assert read(scripted, Dialect(page_size=1, cursors=True)) == (["a", "b"], True, "")


def test_a_page_of_something_else_is_incomplete(scripted: Scripted) -> None:
    scripted.answer = lambda *_: (200, {"hello": "world"}, {})

    _ids, is_complete, why = read(scripted)

    assert not is_complete
    assert "no list" in why
