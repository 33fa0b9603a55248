"""What becomes of one held person: carried out, taken back, or back because the source says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import AccountError, UserNameTakenError
from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.groups import GroupFields, update_group
from accounts.identifiers import uuid_of
from accounts.models import AccessProfile, DirectoryGroup, HeldPerson, Role, User
from accounts.services.kept_people import record_deletion
from accounts.services.profiles_undone import let_rejoin
from accounts.services.restoring import restore_person
from accounts.services.roles import keep_role
from accounts.services.users import reactivate_user
from accounts.signals import kept_person_is_back, loss_taken_back
from accounts.trail import audit
from licenses.holding_groups import hold_groups_of
from licenses.kept_seats import (
    give_back_kept,
    keep_by_hand,
    release_kept,
    release_not_given,
    release_reserved,
    seats_kept,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

_Kind, _Outcome = HeldPerson.Kind, HeldPerson.Outcome


class OwnLineError(AccountError):
    """Somebody takes back what they lost themselves."""


def carry_out_for(*, person: HeldPerson) -> tuple[HeldPerson.Outcome, str]:
    """Let follow what the source did to one person; return what became of it, and why.

    The caller holds their rows.
    """
    if person.kind == _Kind.DELETED:
        release_kept(user_id=person.user_id)
        record_deletion(person)
        return _Outcome.CARRIED_OUT, ""
    user = User.objects.filter(pk=person.user_id).first()
    if user is None:
        return _Outcome.OTHERWISE, _("They are not here any more.")
    if user.active:
        release_not_given(user=user)
    else:
        release_reserved(user_ids=[user.pk])
    audit.record("user.loss_carried_out", user)
    return _Outcome.CARRIED_OUT, ""


def take_back_for(*, person: HeldPerson, by_id: UUID) -> tuple[HeldPerson.Outcome, str]:
    """Undo what the source did to one person; return what became of it, and why.

    The caller holds their rows.

    Raises:
        OwnLineError: It is for ``by_id``, who has decided about it.
        AccountError: Something else refuses.
    """
    if person.kind == _Kind.DELETED:
        return _take_back_deletion(person, by_id)
    _refuse_own(person.user_id, by_id)
    user = User.objects.filter(pk=person.user_id).first()
    if user is None:
        return _Outcome.OTHERWISE, _("They are not here any more.")
    if not user.active:
        reactivate_user(user=user)
    groups = set(person.groups)
    hold_groups_of(user.pk, groups)
    reason = _put_back(user, groups)
    audit.record("user.loss_taken_back", user)
    loss_taken_back.send(sender=User, user=user, since=person.since)
    return _Outcome.TAKEN_BACK, reason


@transaction.atomic
def bring_back_kept(*, user_name_ci: str) -> bool:
    """Make somebody anew whom the source that acts creates again, while it is held that it has
    deleted them; what another source has deleted stays so, until an admin decides.

    Return whether there was anybody.  They get their id back, with seats, groups and profiles.

    Raises:
        UserNameTakenError: Somebody else has their user name by now.
    """
    source_id = audit.acting_source()
    if source_id is None:
        return False
    kept = HeldPerson.objects.filter(
        change__source_id=source_id,
        user_name_ci=user_name_ci,
        kind=_Kind.DELETED,
        outcome="",
    )
    person = kept.select_for_update(of=("self",)).order_by("-pk").first()
    if person is None:
        return False
    _restore(person)
    person.end(_Outcome.RETURNED)
    return True


def _take_back_deletion(person: HeldPerson, by_id: UUID) -> tuple[HeldPerson.Outcome, str]:
    try:
        with transaction.atomic():
            return _Outcome.TAKEN_BACK, _restore(person)
    except UserNameTakenError:
        heir = User.objects.filter(user_name_ci=person.user_name_ci, active=True).first()
    if heir is None:
        release_kept(user_id=person.user_id)
        record_deletion(person)
        return _Outcome.REFUSED, _(
            "Somebody inactive has their user name by now, so they stay deleted."
        )
    _refuse_own(heir.pk, by_id)
    _give(person, heir)
    record_deletion(person)
    return _Outcome.TAKEN_BACK, _(
        "They were created again meanwhile: the new account has the seats and groups."
    )


def _refuse_own(user_id: UUID, by_id: UUID) -> None:
    if user_id == by_id:
        raise OwnLineError(
            _("They decided it, and nobody decides about themselves: another admin may give it.")
        )


def _restore(person: HeldPerson) -> str:
    return _give(person, restore_person(person=person))


def _give(person: HeldPerson, user: User) -> str:
    """Give ``user`` what was kept: seats, profiles and groups, as far as they are there."""
    profiles = dict(person.kept.get("profiles", ()))
    groups = {*person.groups, *(uuid_of(key) for key in person.kept.get("groups", ()))}
    seats = seats_kept(person.user_id).values_list("subscription_id", flat=True)
    hold_groups_of(user.pk, groups, profiles=profiles, subscriptions=seats)
    kept_person_is_back.send(sender=User, user=user, kept=person.kept)
    give_back_kept(user_id=person.user_id, to=user)
    for profile in AccessProfile.objects.filter(pk__in=profiles).order_by("pk"):
        let_rejoin(profile=profile, user=user, former=profiles[profile.pk])
    reason = _put_back(user, groups)
    loss_taken_back.send(sender=User, user=user, since=person.since)
    return reason


def _put_back(user: User, wanted: Collection[UUID]) -> str:
    """Put somebody into groups again; seats of those that are gone become seats given by hand."""
    role = Role(user.role)
    found = DirectoryGroup.objects.filter(pk__in=wanted).order_by("pk")
    for group in found:
        update_group(
            group=group, values=GroupFields.of(group), members=[MemberDelta(add=(user.pk,))]
        )
    user.refresh_from_db(fields=["role"])
    keep_role(user=user, role=role)
    keep_by_hand(user=user)
    if len(found) < len(wanted):
        return _("A group that they were in is gone: they keep its seats as if given by hand.")
    return ""
