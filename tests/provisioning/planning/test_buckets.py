"""Each resource of a target is in exactly one bucket, and nobody is whose it is by guessing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from provisioning.planning.buckets import Bucket, sort_linked, sort_unlinked, wanted_twice

if TYPE_CHECKING:
    from provisioning.planning.buckets import Sorted

OURS = st.sampled_from([f"p{number}" for number in range(6)])


@st.composite
def targets(
    draw: st.DrawFn,
) -> tuple[dict[str, str], set[str], dict[str, list[str]]]:
    """Draw links (remote to ours), who is wanted, and what each unlinked resource matches."""
    ours = draw(st.lists(OURS, unique=True))
    links = {f"linked-{each}": each for each in ours}
    wanted = draw(st.sets(OURS))
    names = draw(st.lists(st.integers(0, 20), unique=True, max_size=8))
    matches = {f"r{name}": draw(st.lists(OURS, max_size=3)) for name in names}
    return links, wanted, matches


def sort_all(
    links: dict[str, str], wanted: set[str], matches: dict[str, list[str]]
) -> dict[str, Sorted]:
    """Sort as an import does: page by page, and those who are wanted twice at the end."""
    linked = set(links.values())
    found = {key: sort_linked(each, is_wanted=each in wanted) for key, each in links.items()}
    found |= {key: sort_unlinked(each, linked=linked) for key, each in matches.items()}
    candidates = [each.object_id for each in found.values() if each.bucket is Bucket.CANDIDATE]
    twice = wanted_twice(candidates)
    return {
        key: sort_unlinked([*each.matches, "another"], linked=linked)
        if each.bucket is Bucket.CANDIDATE and each.object_id in twice
        else each
        for key, each in found.items()
    }


@given(targets())
def test_buckets_part_what_is_there(
    target: tuple[dict[str, str], set[str], dict[str, list[str]]],
) -> None:
    links, wanted, matches = target
    found = sort_all(links, wanted, matches)

    assert found.keys() == links.keys() | matches.keys()
    for key, each in found.items():
        is_linked = key in links
        assert (each.bucket in {Bucket.LINKED, Bucket.UNASSIGNED}) == is_linked
        if is_linked:
            assert (each.bucket is Bucket.LINKED) == (links[key] in wanted)
        if each.bucket is Bucket.ORPHAN:
            assert each.object_id == ""
            assert bool(each.matches) == bool(each.doubt)


@given(targets())
def test_a_candidate_is_one_of_ours_that_nothing_else_claims(
    target: tuple[dict[str, str], set[str], dict[str, list[str]]],
) -> None:
    links, wanted, matches = target
    found = sort_all(links, wanted, matches)
    candidates = [
        (key, each.object_id) for key, each in found.items() if each.bucket is Bucket.CANDIDATE
    ]

    assert len({ours for _key, ours in candidates}) == len(candidates)
    for key, ours in candidates:
        assert set(matches[key]) == {ours}
        assert ours not in links.values()


@given(st.lists(OURS, max_size=5), st.sets(OURS))
def test_the_order_of_matches_decides_nothing(matches: list[str], linked: set[str]) -> None:
    assert sort_unlinked(matches, linked=linked) == sort_unlinked(matches[::-1], linked=linked)
