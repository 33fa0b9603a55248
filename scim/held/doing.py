"""Doing what was decided about a held change: one transaction a person, and an outcome for each.

A worker that dies in the middle loses nothing and does nothing twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.errors import AccountError
from accounts.identifiers import uuid_of
from accounts.jobs.kinds import BULK, MINUTE, at_least_once
from accounts.models import HeldChange, HeldPerson, User
from accounts.progress import report_progress
from accounts.trail.refusals import in_words
from scim.held.people import carry_out_for, take_back_for

if TYPE_CHECKING:
    from uuid import UUID

_State = HeldChange.State
_DONE: Final = {
    str(_State.CARRYING_OUT): _State.CARRIED_OUT,
    str(_State.TAKING_BACK): _State.TAKEN_BACK,
}


@at_least_once(queue=BULK, pauses=(10, MINUTE, 10 * MINUTE))
def do_held_change(*, change_id: int, by_id: str) -> dict[str, Any]:
    """Do what was decided about a held change to whoever is left of it, and write that it is done.

    ``by_id`` is who decided.  Return how many people it is about.
    """
    change = HeldChange.objects.filter(pk=change_id).first()
    if change is None or not change.is_under_way:
        return {}
    everybody = HeldPerson.objects.filter(change=change)
    total = everybody.count()
    left = list(everybody.filter(outcome="").order_by("pk").values_list("pk", flat=True))
    taken_back_by = uuid_of(by_id) if change.state == _State.TAKING_BACK else None
    for done, key in enumerate(left, start=total - len(left) + 1):
        do_to_person(key=key, taken_back_by=taken_back_by)
        report_progress(done=done, total=total)
    under_way = HeldChange.objects.filter(pk=change_id, state=change.state)
    under_way.update(state=_DONE[change.state], ended=timezone.now())
    return {"people": total}


@transaction.atomic
def do_to_person(*, key: int, taken_back_by: UUID | None) -> None:
    """Take back what was done to one held person, or carry it out if nobody takes it back.

    Nothing is done if something became of them meanwhile.  What is refused is kept as the outcome,
    and they lose what they had to lose.
    """
    held = HeldPerson.objects.filter(pk=key, outcome="")
    # Their own row first, as whoever changes them does.
    users = User.objects.filter(pk__in=held.values("user_id"))
    users.select_for_update(no_key=True, of=("self",)).first()
    person = held.select_for_update(of=("self",)).first()
    if person is None:
        return
    if taken_back_by is None:
        person.end(*carry_out_for(person=person))
        return
    try:
        with transaction.atomic():
            outcome, reason = take_back_for(person=person, by_id=taken_back_by)
    except AccountError as refusal:
        carry_out_for(person=person)
        outcome, reason = HeldPerson.Outcome.REFUSED, in_words(refusal)
    person.end(outcome, reason)
