"""Deciding about a held change: once, whoever presses at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.models import HeldChange, HeldPerson, SourceLoss
from accounts.trail import audit
from accounts.trail.sentences import actor_in_words
from scim.held.doing import do_held_change

if TYPE_CHECKING:
    from accounts.models import User

_State = HeldChange.State


class DecidedAlreadyError(AccountError):
    """Somebody has decided about the held change."""


def carry_out(*, change: HeldChange, by: User) -> None:
    """Let everything follow that a held change holds: a job does it, person by person.

    Raises:
        DecidedAlreadyError: Somebody has decided before.
    """
    _decide(change, by, _State.CARRYING_OUT, "held_change.carried_out")


def take_back(*, change: HeldChange, by: User) -> None:
    """Undo what the source did to everybody whom a held change holds: a job does it.

    Nobody decides about themselves: what the source did to ``by`` is carried out.

    Raises:
        DecidedAlreadyError: Somebody has decided before.
    """
    _decide(change, by, _State.TAKING_BACK, "held_change.taken_back")


@transaction.atomic
def _decide(change: HeldChange, by: User, state: HeldChange.State, action: str) -> None:
    """Write the decision; what the source loses from now on is counted anew."""
    held = HeldChange.objects.select_for_update().get(pk=change.pk)
    if not held.is_open:
        raise DecidedAlreadyError(
            _("%(who)s has decided about it already: %(state)s.")
            % {"who": actor_in_words(held.decided_by), "state": held.get_state_display()}
        )
    held.state, held.decided, held.decided_by = state, timezone.now(), audit.acting()
    held.save(update_fields=["state", "decided", "decided_by"])
    SourceLoss.objects.filter(source_id=held.source_id).delete()
    people = HeldPerson.objects.filter(change=held, outcome="").count()
    audit.record(action, held, people=people)
    do_held_change.defer(change_id=held.pk, by_id=str(by.pk))
