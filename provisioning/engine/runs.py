"""Plans and full runs: what an admin looks at, sends, watches and stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.storage.changes import Position
from accounts.trail import audit
from provisioning.engine.closing import close_run
from provisioning.engine.draining import queue_performing
from provisioning.engine.errors import InputsChangedError, NothingSentError, NotPlannedError
from provisioning.engine.following import move
from provisioning.engine.gate import includes_provisioning, why_nothing_is_sent
from provisioning.engine.inputs import have_changed
from provisioning.engine.looking import TAKING, look_at_all
from provisioning.engine.recording import keep_leavers
from provisioning.engine.refused import refused_removals
from provisioning.engine.rows import lock_planning
from provisioning.engine.starting import begin_run
from provisioning.models import IN_FLIGHT, Operation, OperationState, Run
from provisioning.protocol.steps import Kind
from provisioning.services.changing import hold

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from provisioning.models import Application


@transaction.atomic
def make_plan(*, application: Application) -> Run:
    """Have a plan worked out by a worker; the run is ``reading`` until it is ``planned``.

    Its operations are ``planned``, with before and after; nothing is sent.
    """
    run = begin_run(application, Run.Kind.PLAN)
    audit.record("application.plan_made", application)
    return run


@transaction.atomic
def send_plan(*, run: Run) -> None:
    """Send exactly the operations of a plan; the first plan that is sent opens the application.

    Removals beyond the limit are held.  What is under way of the same object already, is not sent
    twice.

    Raises:
        NotPlannedError: It is not worked out yet, or sent, or replaced by a newer one.
        InputsChangedError: Mapping, switches, scope or somebody concerned changed meanwhile.
        NothingSentError: The application is paused or in quarantine, or the plan lacks it.
    """
    application = hold(run.application)
    follower = lock_planning(application)
    found = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if found.state != Run.State.PLANNED or found.kind != Run.Kind.PLAN:
        raise NotPlannedError(_("This plan was sent, or replaced by a newer one. Make another."))
    _require_sending(application)
    found.application = application
    if have_changed(found):
        raise InputsChangedError(
            _("What the plan was worked out from has changed meanwhile. Make another one.")
        )
    if application.first_plan_sent_at is None:
        application.first_plan_sent_at = timezone.now()
        application.save(update_fields=["first_plan_sent_at"])
        move(follower, Position(found.generation, found.transaction, found.entry_id))
    held = _send(found, application)
    found.state = Run.State.SENDING
    found.sent_at = timezone.now()
    found.save(update_fields=["state", "sent_at"])
    audit.record(
        "application.plan_sent",
        application,
        plan_hash=found.plan_hash,
        operations=found.total - held,
        held=held,
    )
    queue_performing(application.pk)
    close_run(found)


@transaction.atomic
def start_full_run(*, application: Application) -> Run:
    """Have everything compared with the target, and sent what is not in step.

    Raises:
        NothingSentError: No plan was sent yet, or it is paused or in quarantine.
    """
    why = why_nothing_is_sent(application)
    if why:
        raise NothingSentError(why)
    run = begin_run(application, Run.Kind.FULL)
    audit.record("application.run_started", application)
    return run


@transaction.atomic
def stop_run(*, run: Run) -> None:
    """Stop a run: after the request that is under way nothing more of it is sent.

    Whoever was to leave by it does not stay for that: removals are held, and whoever was
    deactivated or deleted here is deactivated all the same.
    """
    lock_planning(run.application)
    going = Run.objects.filter(pk=run.pk, state__in=(Run.State.READING, Run.State.SENDING))
    if not going.update(state=Run.State.STOPPED, ended=timezone.now()):
        return
    stopped = Operation.objects.filter(
        run=run, state__in=(OperationState.WAITING, OperationState.UNKNOWN)
    )
    leaving = stopped.filter(Q(main_action__in=TAKING) | ~Q(cause="") | ~Q(again=""))
    kept = {kind: set[str]() for kind in Kind}
    for kind, object_id in leaving.values_list("kind", "object_id"):
        kept[Kind(kind)].add(object_id)
    stopped.update(
        state=OperationState.CANCELLED,
        ended=timezone.now(),
        last_error=_("The run was stopped."),
    )
    for kind, object_ids in kept.items():
        if keep_leavers(run.application, look_at_all(run.application, kind, object_ids)):
            queue_performing(run.application_id)
    audit.record("application.run_stopped", run.application)


def _require_sending(application: Application) -> None:
    """Refuse to send to an application that only lacks no first plan."""
    is_free = not application.is_paused and application.quarantined_at is None
    if is_free and includes_provisioning(application.tenant):
        return
    why = why_nothing_is_sent(application)
    if why:
        raise NothingSentError(why)


def _in_flight(application: Application) -> QuerySet[Operation]:
    return Operation.objects.filter(
        application=application,
        kind=OuterRef("kind"),
        object_id=OuterRef("object_id"),
        state__in=IN_FLIGHT,
    )


def _send(run: Run, application: Application) -> int:
    """Put the operations of a plan in flight; return how many are held instead."""
    planned = Operation.objects.filter(run=run, state=OperationState.PLANNED)
    now = timezone.now()
    planned.filter(Exists(_in_flight(application))).update(
        state=OperationState.CANCELLED,
        ended=now,
        last_error=_("It is under way already."),
    )
    held = 0
    removals = planned.filter(is_removal=True)
    refused = refused_removals(application).filter(
        kind=OuterRef("kind"), object_id=OuterRef("object_id")
    )
    removals.filter(Exists(refused)).update(
        state=OperationState.CANCELLED, ended=now, last_error=_("An admin refused it.")
    )
    if run.counts.get("held"):
        already = Operation.objects.filter(
            application=application,
            state=OperationState.HELD,
            kind=OuterRef("kind"),
            object_id=OuterRef("object_id"),
        )
        removals.filter(Exists(already)).update(state=OperationState.CANCELLED, ended=now)
        held = removals.update(state=OperationState.HELD)
    planned.update(state=OperationState.WAITING, next_try=now)
    return held
