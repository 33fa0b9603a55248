"""What a revocation takes: whatever gives the thing, whoever gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from access_reviews.errors import NothingTakenError
from access_reviews.services.holding import Why, let_in_by, why_held
from access_reviews.services.things import (
    Kind,
    Thing,
    held_by_hand,
    holders_of,
    is_there,
    memberships_that_give,
    number,
)
from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.groups import GroupFields, update_group
from accounts.models import AccessProfile, ProfileMembership, Role, User
from accounts.services.profiles import remove_profile_members
from accounts.services.roles import change_role
from accounts.storage.group_locks import hold_people
from licenses.holding_groups import hold_groups_of
from licenses.models import Subscription
from licenses.services import release_seat

if TYPE_CHECKING:
    from access_reviews.models import ReviewLine


class Taken(NamedTuple):
    """What was removed, as a line keeps it, and whether an identity provider may give it again."""

    removed: dict[str, Any]
    may_come_back: bool


@transaction.atomic
def take_from(*, line: ReviewLine, thing: Thing, reason: str) -> Taken:
    """Take what a line is about from its person: all that gives it, or nothing.

    The person's row is held before anything else, as everywhere.

    Raises:
        NothingTakenError: It is left as it is; the message says why.
        AccountError: Something else refuses, such as that it is the last system admin.
        LicenseError: So do licences.
    """
    hold_people([line.person])
    person = User.objects.filter(pk=line.person).first()
    if person is None:
        raise NothingTakenError(_("They are not here any more."))
    _require_as_reviewed(line, thing)
    was_admin = person.role == Role.ADMIN
    may_come_back = line.why == Why.SOURCE
    removed: dict[str, Any] = {}
    rows = memberships_that_give(thing, [person.pk]).get(person.pk, [])
    hold_groups_of(person.pk, [row.group_id for row in rows], **held_by_hand(thing))
    for row in rows:
        given = let_in_by("directorygroup", str(row.group_id), [person.pk]).get(person.pk)
        may_come_back |= bool(given and given.source)
        leaves = update_group(
            group=row.group,
            values=GroupFields.of(row.group),
            members=[MemberDelta(remove=(person.pk,))],
        )
        if leaves:
            removed.setdefault("groups", []).append(str(row.group_id))
    person.refresh_from_db()
    removed |= _taken_by_hand(person, thing, reason)
    if was_admin and person.role != Role.ADMIN and not line.decided_by_admin:
        raise NothingTakenError(
            _("It would take the role of a system admin, which only a system admin decides.")
        )
    if not removed or holders_of(thing).filter(pk=person.pk).exists():
        raise NothingTakenError(_("They hold it otherwise by now."))
    return Taken(removed, may_come_back)


def _require_as_reviewed(line: ReviewLine, thing: Thing) -> None:
    if not is_there(thing):
        raise NothingTakenError(_("It is not there any more."))
    if not holders_of(thing).filter(pk=line.person).exists():
        raise NothingTakenError(_("They do not hold it any more."))
    now = why_held(thing, [line.person])[line.person]
    begun = line.review.created
    given_anew = now.since is not None and now.since > begun and now.since != line.since
    if given_anew or (now.why == Why.GROUP) != (line.why == Why.GROUP):
        raise NothingTakenError(_("It was given to them anew, or otherwise, since the review."))


def _taken_by_hand(person: User, thing: Thing, reason: str) -> dict[str, Any]:
    """Take what no group gives; return what that was."""
    if thing.kind == Kind.ROLE and person.role == thing.key:
        change_role(user=person, role=Role.MEMBER)
        return {"role": thing.key}
    if thing.kind == Kind.PROFILE:
        profile = AccessProfile.objects.get(pk=number(thing))
        inside = ProfileMembership.objects.filter(profile=profile, user=person).first()
        if inside is not None:
            remove_profile_members(profile=profile, user_ids=[person.pk])
            return {"profile": profile.pk, "membership": inside.pk}
    if thing.kind == Kind.LICENCE:
        subscription = Subscription.objects.get(pk=number(thing))
        for seat in release_seat(subscription=subscription, user=person, reason=reason):
            return {"licence": subscription.pk, "seat": seat}
    return {}
