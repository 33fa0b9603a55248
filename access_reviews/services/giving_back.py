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
from accounts.services.profiles import add_profile_members
from accounts.services.roles import change_role
from accounts.storage.group_locks import hold_people
from licenses.holding_groups import hold_groups_of
from licenses.models import Subscription
from licenses.services import assign_seat

if TYPE_CHECKING:
    from access_reviews.models import ReviewLine


@transaction.atomic
def give_back(*, line: ReviewLine, thing: Thing, reason: str, as_admin: bool) -> None:
    """Give a person back what was taken: all of it, or nothing.

    ``as_admin`` says whether a system admin wants it, without whom nobody becomes one again.

    Raises:
        NothingGivenBackError: It is left as it is; the message says why.
        AccountError: Something else refuses.
        LicenseError: So do licences, such as that every seat is taken.
    """
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
    _give_by_hand(person, line.removed, reason)
    if person.role == Role.ADMIN != role and not as_admin:
        raise NothingGivenBackError(_("Only a system admin makes somebody a system admin."))
    if not holders_of(thing).filter(pk=person.pk).exists():
        raise NothingGivenBackError(
            _("Their groups do not give it any more, or no seat of it is free.")
        )


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
        add_profile_members(profile=profile, user_ids=[person.pk])
    if "licence" in removed:
        subscription = Subscription.objects.get(pk=removed["licence"])
        assign_seat(subscription=subscription, user=person, reason=reason)
