"""What an undone revocation gives back: what it took, as far as that is there still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from access_reviews.errors import NothingGivenBackError
from access_reviews.services.things import Thing, held_by_hand, holders_of, is_there
from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.groups import GroupFields, update_group
from accounts.models import AccessProfile, DirectoryGroup, Role, User
from accounts.services.profiles_undone import let_rejoin
from accounts.services.roles import change_role, keep_role
from accounts.signals import given_anew
from accounts.storage.group_locks import hold_people
from licenses.holding_groups import hold_groups_of
from licenses.models import Seat, Subscription
from licenses.services import give_seat

if TYPE_CHECKING:
    from uuid import UUID

    from access_reviews.models import ReviewLine


@transaction.atomic
def give_back(*, line: ReviewLine, thing: Thing, reason: str, by_id: UUID) -> None:
    """Give a person back what was taken: all of it, or nothing.

    ``by_id`` is who wants it: nobody themselves, and only a system admin makes somebody one again.

    Raises:
        NothingGivenBackError: It is left as it is; the message says why.
        AccountError: Something else refuses.
        LicenseError: So do licences, such as that every seat is taken.
    """
    if line.person == by_id:
        raise NothingGivenBackError(
            _("They undid it themselves, and nobody decides about themselves.")
        )
    hold_people([line.person])
    person = User.objects.filter(pk=line.person).first()
    if person is None:
        raise NothingGivenBackError(_("They are not here any more."))
    if not is_there(thing):
        raise NothingGivenBackError(_("It is not there any more."))
    role = person.role
    if "role" in line.removed and role != Role.MEMBER:
        raise NothingGivenBackError(_("They have another role by now."))
    _let_into_groups(person, thing, line.removed)
    person.refresh_from_db()
    keep_role(user=person, role=Role(role))
    _give_by_hand(person, line.removed, reason)
    if person.role == Role.ADMIN != role and not _is_admin(by_id):
        raise NothingGivenBackError(_("Only a system admin makes somebody a system admin."))
    if not holders_of(thing).filter(pk=person.pk).exists():
        raise NothingGivenBackError(
            _("Their groups do not give it any more, or no seat of it is free.")
        )


def _is_admin(person_id: UUID) -> bool:
    return User.objects.filter(pk=person_id, active=True, role=Role.ADMIN).exists()


def _let_into_groups(person: User, thing: Thing, removed: dict[str, Any]) -> None:
    wanted = removed.get("groups", [])
    groups = list(DirectoryGroup.objects.filter(pk__in=wanted).order_by("pk"))
    if len(groups) < len(wanted):
        raise NothingGivenBackError(_("A group that gave it is not there any more."))
    hold_groups_of(person.pk, [group.pk for group in groups], **held_by_hand(thing))
    for group in groups:
        update_group(
            group=group, values=GroupFields.of(group), members=[MemberDelta(add=(person.pk,))]
        )


def _give_by_hand(person: User, removed: dict[str, Any], reason: str) -> None:
    if "role" in removed and person.role != removed["role"]:
        change_role(user=person, role=Role(removed["role"]))
    if "profile" in removed:
        profile = AccessProfile.objects.get(pk=removed["profile"])
        let_rejoin(profile=profile, user=person, former=removed["membership"])
    if "licence" in removed:
        subscription = Subscription.objects.get(pk=removed["licence"])
        seat, is_new = give_seat(subscription=subscription, user=person, reason=reason)
        if is_new:  # Otherwise somebody has given it meanwhile, and it stands for itself.
            given_anew.send(sender=Seat, user=person, former=removed["seat"], row=seat.pk)
