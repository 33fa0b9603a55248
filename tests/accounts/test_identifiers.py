"""Ids as clients spell them."""

from __future__ import annotations

from uuid import UUID

import pytest

from accounts.identifiers import is_canonical_uuid, read_number, read_uuid, uuid7

KEY = "01a221d5-b1f4-7b40-8860-f71e240a5184"
OTHER_SPELLINGS = [
    *(KEY.replace("-", ""), f"{{{KEY}}}", f"urn:uuid:{KEY}", f" {KEY}", f"{KEY}\n", ""),
    *("None", KEY[:-1], f"{KEY}0", "role:admin", KEY.replace("-", "", 1)),
]


def test_an_id_is_read_in_any_letter_case() -> None:
    assert read_uuid(KEY) == read_uuid(KEY.upper()) == UUID(KEY)


def test_only_one_spelling_is_that_of_ids_to_the_letter() -> None:
    assert is_canonical_uuid(KEY)
    assert is_canonical_uuid(str(uuid7()))
    assert not is_canonical_uuid(KEY.upper())


@pytest.mark.parametrize("text", OTHER_SPELLINGS)
def test_what_python_takes_for_a_uuid_otherwise_is_no_id(text: str) -> None:
    assert read_uuid(text) is None
    assert not is_canonical_uuid(text)


@pytest.mark.parametrize("text", ["1", "007", "999999999999999999"])
def test_a_number_that_a_row_can_have_is_read(text: str) -> None:
    assert read_number(text) == int(text)


@pytest.mark.parametrize(
    "text",
    ["", "0", "-1", "+1", "1.0", "1e3", " 1", "1_0", "²", "٣", "9" * 19, "9" * 5000, "1\x00"],
)
def test_what_is_no_number_of_a_row_is_not_read(text: str) -> None:
    assert read_number(text) is None
