"""How an operation ends: done, not sent, given up, or refused until something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from provisioning.engine.kept_leavers import note_kept
from provisioning.engine.refusals import what_was_refused
from provisioning.models import Link, ObjectKind, Operation, OperationState, Phase

if TYPE_CHECKING:
    from provisioning.engine.asking import Work
    from provisioning.engine.looking import View


@transaction.atomic
def end(work: Work, view: View, *, note: str = "") -> None:
    """End an operation that is done; what became due of the same object meanwhile follows."""
    _finish(work, OperationState.DONE, note)
    if view.link is not None and not note:
        Link.objects.filter(pk=view.link.pk).update(
            desired_hash=view.wanted,
            quarantined_at=None,
            quarantine_reason="",
            quarantine_hash="",
            leaving_refused_at=None,
        )


def end_with(work: Work, view: View, link: Link) -> None:
    """End an operation in the transaction that writes its link, which is noted to be in step."""
    _finish(work, OperationState.DONE, "")
    link.desired_hash = view.wanted
    link.quarantined_at = link.leaving_refused_at = None
    link.quarantine_reason = link.quarantine_hash = ""


@transaction.atomic
def cancel(work: Work, *, reason: str) -> None:
    """End an operation of which nothing more is sent."""
    _finish(work, OperationState.CANCELLED, reason)


@transaction.atomic
def give_up(work: Work, view: View | None, *, reason: str) -> None:
    """End an operation that was tried for too long; of which nothing could be looked at, maybe."""
    _finish(work, OperationState.FAILED, reason)
    note_kept(work, view, reason=reason)


@transaction.atomic
def quarantine_view(work: Work, view: View, *, reason: str) -> None:
    """Try an object no more until what is wanted of it, or the mapping, changes."""
    refused = what_was_refused(view, work.session.application)
    operation = work.operation
    _finish(work, OperationState.QUARANTINED, reason)
    Link.objects.update_or_create(
        application=work.session.application,
        kind=operation.kind,
        object_id=operation.object_id,
        defaults={
            "quarantined_at": timezone.now(),
            "quarantine_reason": reason,
            "quarantine_hash": refused,
        },
        create_defaults={
            "name": operation.name,
            "state": Link.State.REFUSED,
            "quarantined_at": timezone.now(),
            "quarantine_reason": reason,
            "quarantine_hash": refused,
        },
    )
    note_kept(work, view, reason=reason)


def _finish(work: Work, state: OperationState, reason: str) -> None:
    # Locked: whoever plans for the same object meanwhile comes before this, or after.
    again = (
        Operation.objects.select_for_update()
        .filter(pk=work.operation.pk)
        .values_list("again", flat=True)
        .first()
    )
    work.write(
        state=state,
        last_error=reason,
        ended=timezone.now(),
        claim=None,
        claimed_until=None,
        again="",
    )
    work.keep_unanswered()
    if again == "allowed":
        _go_on_with_allowed(work.operation)
    elif again:
        _queue_again(work.operation, is_removal=again == "removal")


def _go_on_with_allowed(operation: Operation) -> None:
    """Do the removal that was allowed while something else of the same object ran."""
    Operation.objects.filter(
        application=operation.application_id,
        kind=operation.kind,
        object_id=operation.object_id,
        state=OperationState.HELD,
    ).update(state=OperationState.WAITING, is_allowed=True, next_try=timezone.now())


def _queue_again(operation: Operation, *, is_removal: bool) -> None:
    Operation.objects.create(
        application_id=operation.application_id,
        kind=operation.kind,
        object_id=operation.object_id,
        name=operation.name,
        state=OperationState.WAITING,
        phase=Phase.USERS if operation.kind == ObjectKind.USER else Phase.GROUPS,
        cause=operation.cause,
        is_removal=is_removal,
        actor=operation.actor,
    )
