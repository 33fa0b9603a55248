"""Letting people join or leave an access profile as before an action on many.

The audit trail knows who joined and left which profile.  An action keeps the id of the entry that
it wrote (:func:`last_move_of`); while no later one names the person, what it did may be taken back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import ChangedMeanwhileError
from accounts.models import AccessProfile, AuditEntry, ProfileMembership, User
from accounts.models.audit import MOVED
from accounts.services.profiles import add_profile_members, remove_profile_members
from accounts.services.turned_back import hold_person, not_in_trail
from accounts.signals import given_anew

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

_MOVES: Final = "profile.members_changed"


def last_move_of(profile: AccessProfile) -> int:
    """Return the id of the newest entry that says who joined or left; 0 if none is kept."""
    newest = _moves(profile.pk).order_by("-pk")
    return newest.values_list("pk", flat=True).first() or 0


def moved_since(*, profile_id: int, expected: Mapping[str, int]) -> dict[str, str]:
    """Return who is left as they are, and why, in one statement.

    They have joined or left the profile again since then, or the trail does not go back that far
    any more and nobody can tell.  ``expected`` is what :func:`last_move_of` returned, by the key
    of the person.
    """
    moved: set[str] = set()
    kept: set[int] = set()
    entries = _moves(profile_id).filter(pk__gte=min(expected.values(), default=0))
    for pk, details in entries.values_list("pk", "details").iterator():
        kept.add(pk)
        named = {person for name in MOVED for person in details.get(name, ())}
        moved |= {person for person in named if pk > expected.get(person, pk)}
    left = {person: not_in_trail() for person, entry_id in expected.items() if entry_id not in kept}
    return left | dict.fromkeys(moved, changed_since())


@transaction.atomic
def undo_joining(*, user: User, profile_id: int, entry_id: int) -> None:
    """Take ``user`` out of the profile again, whom the entry names as having joined.

    Raises:
        ChangedMeanwhileError: They have joined or left since, or the profile is gone.
    """
    held, profile = _held_as_left(user, profile_id, entry_id)
    remove_profile_members(profile=profile, user_ids=[held.pk])


@transaction.atomic
def undo_leaving(*, user: User, profile_id: int, entry_id: int, former: int) -> None:
    """Let ``user`` join the profile again, whom the entry names as having left.

    ``former`` is the key of the membership that they lost with it.

    Raises:
        ChangedMeanwhileError: They have joined or left since, or the profile is gone.
    """
    held, profile = _held_as_left(user, profile_id, entry_id)
    let_rejoin(profile=profile, user=held, former=former)


@transaction.atomic
def let_rejoin(*, profile: AccessProfile, user: User, former: int) -> None:
    """Let ``user`` join a profile in place of the membership ``former`` that they have lost.

    What somebody has given them by hand meanwhile stands for itself.
    """
    inside = ProfileMembership.objects.filter(profile=profile, user=user)
    if inside.filter(by_group=False).exists():
        return
    add_profile_members(profile=profile, user_ids=[user.pk])
    row = inside.get()
    given_anew.send(sender=ProfileMembership, user=user, former=former, row=row.pk)


def changed_since() -> str:
    """Return why a membership is left as it is."""
    return _("They have joined or left the access profile since then.")


def profile_gone() -> str:
    """Return why nobody joins it again."""
    return _("The access profile is not there any more.")


def _held_as_left(user: User, profile_id: int, entry_id: int) -> tuple[User, AccessProfile]:
    held = hold_person(user)
    profile = AccessProfile.objects.filter(pk=profile_id).first()
    if profile is None:
        raise ChangedMeanwhileError(profile_gone())
    named = Q()
    for name in MOVED:
        key = {f"details__{name}__contains": [str(held.pk)], "details__has_key": name}
        named |= Q(**key)
    moves = _moves(profile_id).filter(Q(pk=entry_id) | named & Q(pk__gt=entry_id))
    found = set(moves.values_list("pk", flat=True))
    if entry_id not in found:
        raise ChangedMeanwhileError(not_in_trail())
    if found != {entry_id}:
        raise ChangedMeanwhileError(changed_since())
    return held, profile


def _moves(profile_id: int) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(
        target_type="accessprofile", target_id=str(profile_id), action=_MOVES
    )
