"""Who holds the fields of a person: the identity providers that made or changed them over SCIM.

Which source wrote somebody is kept in their row (``User.source_ids``), in the statement that writes
it anyway.  What a source is called and which fields its mapping fills is known to a higher layer,
which registers here how to find that out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from uuid import UUID

    from accounts.models import User

    Finder = Callable[[Collection[int]], "list[Holder]"]


class Holder(NamedTuple):
    """An identity provider that manages somebody, and the columns of ``User`` that it fills."""

    source_id: int
    name: str
    fields: frozenset[str]


_finders: list[Finder] = []


def register_finder(find: Finder) -> None:
    """Let ``find`` say which of these sources exist in the active tenant, and what they fill."""
    _finders.append(find)


def holders_of(user: User) -> list[Holder]:
    """Return the identity providers that manage ``user``; those that were deleted hold nothing."""
    if not user.source_ids:
        return []
    return [holder for find in _finders for holder in find(user.source_ids)]


def holders_of_many(people: Iterable[User]) -> dict[UUID, list[Holder]]:
    """Return the identity providers that manage each of ``people``, none for some of them.

    The number of statements is fixed.
    """
    people = list(people)
    wanted = {source_id for user in people for source_id in user.source_ids}
    found = [holder for find in _finders for holder in find(wanted)] if wanted else []
    return {
        user.pk: [holder for holder in found if holder.source_id in user.source_ids]
        for user in people
    }


def held_fields(holders: Iterable[Holder]) -> dict[str, list[str]]:
    """Return the columns of a person that ``holders`` hold, each with the names of its own."""
    held: dict[str, list[str]] = {}
    for holder in holders:
        for name in sorted(holder.fields):
            held.setdefault(name, []).append(holder.name)
    return held


def is_managed(user: User) -> bool:
    """Whether an identity provider manages ``user``."""
    return bool(holders_of(user))
