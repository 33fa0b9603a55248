"""Entity tags decide whether a change goes on and whether a body is sent."""

from __future__ import annotations

import pytest

from scim.protocol.errors import PreconditionFailedError
from scim.protocol.preconditions import (
    Preconditions,
    check_preconditions,
    entity_tag,
    entity_tag_showing,
    is_unmodified,
)

CURRENT = entity_tag(3)
NAMING = ['W/"3"', '"3"', 'w/"3"', "3", "*", 'W/"1", W/"3"', '"1","3"', ' W/"3" ']
OTHERS = ['W/"2"', '"2"', '"33"', 'W/"1", W/"2"', '"', ",,,", "W/", '"a, 3"', "x" * 100_000]


@pytest.mark.parametrize("header", [*NAMING, None, "", "  "])
def test_a_change_goes_on_when_the_version_is_current(header: str | None) -> None:
    check_preconditions(Preconditions(if_match=header), CURRENT)
    assert not is_unmodified(Preconditions(if_match=header), CURRENT)


@pytest.mark.parametrize("header", OTHERS)
def test_a_change_stops_when_the_version_is_stale(header: str) -> None:
    for check in (check_preconditions, is_unmodified):
        with pytest.raises(PreconditionFailedError) as refusal:
            check(Preconditions(if_match=header), CURRENT)

        assert refusal.value.to_message()["status"] == "412"


@pytest.mark.parametrize("header", NAMING)
def test_a_change_stops_when_there_is_what_must_not_be(header: str) -> None:
    with pytest.raises(PreconditionFailedError):
        check_preconditions(Preconditions(if_none_match=header), CURRENT)


@pytest.mark.parametrize("header", [*OTHERS, None, ""])
def test_a_change_goes_on_when_there_is_another_version(header: str | None) -> None:
    check_preconditions(Preconditions(if_none_match=header), CURRENT)


def test_a_digest_counts_for_who_reads_and_not_for_who_changes() -> None:
    before, after = entity_tag_showing(3, ["a"]), entity_tag_showing(3, ["b"])

    check_preconditions(Preconditions(if_match=before), after)
    with pytest.raises(PreconditionFailedError):
        check_preconditions(Preconditions(if_match=before), entity_tag_showing(4, ["a"]))
    assert is_unmodified(Preconditions(if_none_match=before), before)
    assert not is_unmodified(Preconditions(if_none_match=before), after)
    assert not is_unmodified(Preconditions(if_none_match=before), CURRENT)
    assert entity_tag_showing(3, ["a", "b"]) != entity_tag_showing(3, ["ab"])


@pytest.mark.parametrize("header", NAMING)
def test_an_unchanged_resource_needs_no_body(header: str) -> None:
    assert is_unmodified(Preconditions(if_none_match=header), CURRENT)


@pytest.mark.parametrize("header", [*OTHERS, None, ""])
def test_a_changed_resource_is_sent(header: str | None) -> None:
    assert not is_unmodified(Preconditions(if_none_match=header), CURRENT)
