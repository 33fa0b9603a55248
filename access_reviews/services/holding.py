"""Why people hold what they hold, and since when: from the rows, and from the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from access_reviews.models import ReviewLine
from access_reviews.services.things import Kind, Thing, memberships_that_give, number
from accounts.models import AuditEntry, ProfileMembership
from accounts.trail.actors import source_name_of
from licenses.models import Seat

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID

    from accounts.models import DirectoryGroupMember

Why = ReviewLine.Why
_TAKEN_BACK: Final = ("user.restored", "user.loss_taken_back")
"""What the trail says of people who are given again what a source had taken from them."""
_KINDS: Final = {Kind.GROUP: "directorygroup", Kind.PROFILE: "accessprofile"}


class Given(NamedTuple):
    """Who gave something, as the trail calls them, and when."""

    actor: str
    at: datetime

    @property
    def source(self) -> str:
        """The name of the identity provider that did; empty when somebody else did."""
        return source_name_of(self.actor)


class Held(NamedTuple):
    """Why somebody holds a thing; ``through`` names the groups or the source."""

    why: Why
    through: str = ""
    since: datetime | None = None


def why_held(thing: Thing, people: Collection[UUID]) -> dict[UUID, Held]:
    """Return for each of these people, who hold a thing, why; in a number of statements that is
    fixed.
    """
    groups = memberships_that_give(thing, people)
    if thing.kind == Kind.LICENCE:
        return _of_seats(thing, people, groups)
    if thing.kind == Kind.PROFILE:
        rows = ProfileMembership.objects.filter(profile=number(thing), user_id__in=list(people))
        by_group = dict(rows.values_list("user_id", "by_group"))
        given = let_in_by("accessprofile", thing.key, people)
        return {
            each: _told(given.get(each), groups.get(each, ()) if by_group.get(each) else ())
            for each in people
        }
    if thing.kind == Kind.ROLE:
        given = _given_roles(people)
        return {each: _told(given.get(each), groups.get(each, ())) for each in people}
    given = let_in_by("directorygroup", thing.key, people)
    return {each: _told(given.get(each), _nested(thing, groups.get(each, ()))) for each in people}


def let_in_by(kind: str, key: str, people: Collection[UUID]) -> dict[UUID, Given]:
    """Return who let each of these people into a group or profile last, as far as it is kept.

    Whoever came back by taking back what a source had done was let in by whom they were before.
    """
    wanted = {str(each): each for each in people}
    returns = AuditEntry.objects.filter(
        target_type="user", target_id__in=list(wanted), action__in=_TAKEN_BACK
    )
    entries = (
        AuditEntry.objects.filter(
            target_type=kind,
            target_id=key,
            details__has_key="added",
            details__added__has_any_keys=list(wanted),
        )
        .exclude(transaction__in=returns.values("transaction"))
        .order_by("pk")
        .values_list("details__added", "actor", "at")
    )
    found: dict[UUID, Given] = {}
    for added, actor, at in entries:
        found |= {wanted[each]: Given(actor, at) for each in added if each in wanted}
    return found


def _given_roles(people: Collection[UUID]) -> dict[UUID, Given]:
    wanted = {str(each): each for each in people}
    entries = (
        AuditEntry.objects.filter(
            target_type="user",
            target_id__in=list(wanted),
            action__in=["user.created", "user.role_changed"],
        )
        .order_by("target_id", "-pk")
        .distinct("target_id")
        .values_list("target_id", "actor", "at")
    )
    return {wanted[key]: Given(actor, at) for key, actor, at in entries}


def _of_seats(
    thing: Thing,
    people: Collection[UUID],
    groups: Mapping[UUID, Collection[DirectoryGroupMember]],
) -> dict[UUID, Held]:
    seats = Seat.objects.filter(
        subscription=number(thing), released=None, user_id__in=list(people)
    ).values_list("user_id", "granted_by", "granted", "by_group")
    return {
        user_id: _told(Given(actor, at), groups.get(user_id, ()) if by_group else ())
        for user_id, actor, at, by_group in seats
    }


def _nested(thing: Thing, rows: Collection[DirectoryGroupMember]) -> list[DirectoryGroupMember]:
    """Return the memberships of nested groups, unless they are named in the group itself."""
    direct = any(str(row.group_id) == thing.key for row in rows)
    return [] if direct else list(rows)


def _told(given: Given | None, groups: Collection[DirectoryGroupMember]) -> Held:
    since = given.at if given else None
    if groups:
        return Held(Why.GROUP, ", ".join(row.group.display_name for row in groups), since)
    if given and given.source:
        return Held(Why.SOURCE, given.source, since)
    return Held(Why.HAND, "", since)
