"""What an import sorts the resources of a target into: exactly one bucket each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


class Bucket(StrEnum):
    """How a resource at a target and an object of ours stand to each other."""

    LINKED = "linked"
    """It is linked to an object of ours that is wanted there."""
    CANDIDATE = "candidate"
    """It is nobody's, and matches exactly one object of ours, which is linked to none."""
    UNASSIGNED = "unassigned"
    """It is linked to an object of ours that is not wanted there."""
    ORPHAN = "orphan"
    """It is only there, or nobody can tell whose it is."""


class Doubt(StrEnum):
    """Why nobody can tell whose an orphan is, although something here matches it."""

    NONE = ""
    SEVERAL_HERE = "several_here"
    """It matches several objects of ours."""
    SEVERAL_THERE = "several_there"
    """Another resource there matches the same object of ours."""
    LINKED_ELSEWHERE = "elsewhere"
    """What it matches is linked to another resource."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The bucket of one resource, and of which object of ours it is, if that can be told.

    ``matches`` are the objects of ours that it matches.
    """

    bucket: Bucket
    object_id: str = ""
    matches: Sequence[str] = ()
    doubt: Doubt = Doubt.NONE


def sort_linked(object_id: str, *, is_wanted: bool) -> Sorted:
    """Return where a resource belongs that is linked to an object of ours."""
    return Sorted(Bucket.LINKED if is_wanted else Bucket.UNASSIGNED, object_id)


def sort_unlinked(matches: Iterable[str], *, linked: Collection[str]) -> Sorted:
    """Return where a resource belongs that is linked to nothing, by what it matches here.

    ``linked`` has the objects of ours that are linked to another resource.

    >>> sort_unlinked(["7"], linked=()).bucket.value
    'candidate'
    >>> sort_unlinked(["7", "8"], linked=()).doubt.value
    'several_here'
    """
    found = tuple(sorted(set(matches)))
    if not found:
        return Sorted(Bucket.ORPHAN)
    if len(found) > 1:
        return Sorted(Bucket.ORPHAN, matches=found, doubt=Doubt.SEVERAL_HERE)
    if found[0] in linked:
        return Sorted(Bucket.ORPHAN, matches=found, doubt=Doubt.LINKED_ELSEWHERE)
    return Sorted(Bucket.CANDIDATE, found[0], found)


def wanted_twice(candidates: Iterable[str]) -> set[str]:
    """Return the objects of ours that several resources are candidates of: none of them is."""
    return {object_id for object_id, times in Counter(candidates).items() if times > 1}
