"""Whether what a source takes away is held: asked by whoever is about to let something follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.models import HeldChange, HeldPerson, Tenant
from accounts.services.held_letters import held_letter
from accounts.services.loss_limits import limits_now, note_holding
from accounts.services.notices import notify_admins
from accounts.storage.held_changes import (
    Losses,
    Noted,
    hold_people_in,
    join_earlier_losses,
    note_losses,
    note_losses_and_record,
)
from accounts.tenancy.scoping import active_tenant_id
from accounts.trail import audit
from accounts.trail.actors import source_name_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID


def hold_if_too_many(
    *, people: Collection[UUID], kind: HeldPerson.Kind, groups: Collection[UUID] = ()
) -> int | None:
    """Count ``people`` as lost by the source that acts; return the held change that they are in.

    ``None`` when the loss is carried out at once: nobody acts for a source, or it keeps within its
    limits.  To be asked in the transaction of the loss, before the seats that it is about are
    locked.  Where it goes beyond the limits, the change begins, admins are told, and those whom
    the source took something from within the same hour are held as well.
    """
    losses = _losses(people)
    if losses is None or not people:
        return None
    return _hold(losses, note_losses(losses), kind, groups)


def record_deletion_or_hold(*, deletion: audit.Event, held_action: str) -> int | None:
    """Do so for a person who is being deleted, with the entry of it, in one statement.

    The entry is called ``held_action`` if they are held.
    """
    person = deletion.target
    assert person is not None  # noqa: S101 - somebody is deleted
    losses = _losses([person.pk])
    if losses is None:
        audit.record_all([deletion])
        return None
    entry = audit.values_of(deletion)
    noted = note_losses_and_record(losses, entry=entry, held_action=held_action)
    return _hold(losses, noted, HeldPerson.Kind.DELETED, ())


def may_be_held() -> bool:
    """Tell whether anything is held that follows now: a source acts, and it has limits."""
    return audit.acting_source() is not None and not limits_now().hold_nothing


def wait_to_lose() -> None:
    """Wait for whoever else loses something by the source that acts, if it has limits.

    For whoever learns only under a lock on seats whether somebody loses one: everybody waits for
    the source before they wait for seats.
    """
    losses = _losses(())
    if losses is not None:
        note_losses(losses._replace(number=None, percent=None))


def join_held_change(*, people: Collection[UUID], kind: HeldPerson.Kind) -> None:
    """Hold people who lose nothing that counts, if a change of the source that acts is held."""
    if limits_now().is_holding:
        hold_if_too_many(people=people, kind=kind)


def _losses(people: Collection[UUID]) -> Losses | None:
    source_id, limits = audit.acting_source(), limits_now()
    if source_id is None or limits.hold_nothing:
        return None
    return Losses(source_id, people, timezone.now(), limits.number, limits.percent)


def _hold(
    losses: Losses, noted: Noted, kind: HeldPerson.Kind, groups: Collection[UUID]
) -> int | None:
    change_id = noted.held_in
    if change_id is None and noted.exceeds:
        change_id = _open(losses.source_id, losses.now)
    if change_id is not None:
        hold_people_in(
            change_id=change_id, people=losses.people, kind=kind, groups=groups, now=losses.now
        )
    return change_id


def _open(source_id: int, now: datetime) -> int:
    actor = audit.acting()
    name = source_name_of(actor) or actor
    change = HeldChange.objects.create(source_id=source_id, source_name=name[:200], opened=now)
    note_holding()
    join_earlier_losses(change_id=change.pk, source_id=source_id, actor=actor)
    audit.record("held_change.opened", change)
    tenant = Tenant.objects.get(pk=active_tenant_id())
    notify_admins(tenant=tenant, letter=held_letter(change))
    return change.pk
