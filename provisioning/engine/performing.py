"""Doing one operation: what is wanted now, step by step, each remembered before the next."""

from __future__ import annotations

import logging
from typing import Final

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from provisioning.client.target import TargetPausedError
from provisioning.engine import creating, leaving, sending
from provisioning.engine.asking import Next, Work
from provisioning.engine.ending import cancel, end, give_up, quarantine_view
from provisioning.engine.gate import ClaimLostError, NotNowError, StoppedError
from provisioning.engine.holding import gently, is_as_shown
from provisioning.engine.late import keep_awaited
from provisioning.engine.looking import View, look_at, phase_of
from provisioning.engine.recording import keep_leavers
from provisioning.engine.rows import lock_planning
from provisioning.engine.settling import settle
from provisioning.engine.unsure import look_for_leaver
from provisioning.engine.verdicts import ApplicationRefusedError
from provisioning.models import Conflict, Phase
from provisioning.planning import retrying
from provisioning.protocol.answers import Outcome
from provisioning.protocol.steps import Action, Kind
from provisioning.storage.claims import waits_for_earlier

LOG = logging.getLogger(__name__)

_OURS: Final = 500
"""What fails on our side waits as long as what fails at a target."""
_ROUNDS: Final = 4
"""So often one operation is planned anew because the target is not as we knew it."""


def perform(work: Work) -> None:
    """Do an operation that is claimed, until it ends or has to wait.

    Raises:
        TargetPausedError: Nobody may ask this target before a time; the operation waits.
        NotNowError: Nothing may be sent to the application now; the operation waits.
    """
    try:
        _bring_in_step(work)
    except ClaimLostError:
        LOG.warning("The operation %s is another worker's by now.", work.operation.pk)
    except StoppedError:
        _stop(work)
    except NotNowError:
        work.put_back(when=timezone.now(), reason="", counts=False)
        raise
    except TargetPausedError as error:
        work.put_back(when=error.until, reason=_("The target pauses."), counts=False)
        raise
    except (ApplicationRefusedError, InterfaceError, OperationalError):
        raise
    except Exception as error:
        LOG.exception("The operation %s cannot be done.", work.operation.pk)
        _put_off(work, error)


@transaction.atomic
def _stop(work: Work) -> None:
    """End an operation whose run was stopped; whoever leaves by it does not stay for that."""
    lock_planning(work.session.application)
    cancel(work, reason=_("The run was stopped."))
    keep_leavers(work.session.application, [_look(work)])


def _put_off(work: Work, error: Exception) -> None:
    """Let an operation wait that we cannot do, as after an answer of failure: others go on.

    Left as it is, it would be taken up first again and again, and nothing that comes after its
    phase would have a turn.
    """
    reason = _("We could not deal with it: %(error)s") % {"error": type(error).__name__}
    verdict = work.judge(Outcome("GET", _OURS, detail=reason))
    try:
        if isinstance(verdict, retrying.RetryAt):
            work.put_back(when=verdict.when, reason=reason)
        else:
            give_up(work, None, reason=reason)
    except ClaimLostError:
        LOG.warning("The operation %s is another worker's by now.", work.operation.pk)


def _bring_in_step(work: Work) -> None:
    view = _look(work)
    for number in range(_ROUNDS):
        view = view if number == 0 else _look(work)
        why_not = _why_not(work, view, is_first=number == 0)
        if why_not:
            cancel(work, reason=why_not)
            return
        if view.may_be_there:
            look_for_leaver(work, view)
            return
        settled = settle(work, view)
        if settled is not Next.ANEW and (settled is Next.ENDED or _do_allowed(work, settled)):
            return
    quarantine_view(work, view, reason=_("The target shows something else each time."))


def _do_allowed(work: Work, view: View) -> bool:
    """Do the steps that an operation may do; ``False`` when it has to be looked at anew."""
    if not view.is_removal:
        return _do(work, view)
    if work.operation.is_removal:
        if work.operation.is_allowed and not is_as_shown(work.operation.steps, view):
            _hold_anew(work, view)
            return True
        return _do(work, view)
    gentle = gently(view)
    if not gentle.is_removal:
        return _do(work, gentle)
    # Whoever plans that it leaves counts it; this operation was not counted.
    end(work, view, note=_("It leaves; that is another operation."))
    return True


@transaction.atomic
def _hold_anew(work: Work, view: View) -> None:
    """Hold a removal that was allowed as it was shown, and would be another one by now."""
    lock_planning(work.session.application)
    cancel(work, reason=_("Something else would be done than was allowed: it is held anew."))
    keep_leavers(work.session.application, [view])


def _look(work: Work) -> View:
    operation = work.operation
    return look_at(work.session.application, Kind(operation.kind), operation.object_id)


def _why_not(work: Work, view: View, *, is_first: bool) -> str:
    """Return why nothing of an operation is sent, or nothing."""
    if is_first and work.operation.plan_hash not in {"", view.digest}:
        return _("What would be sent is no more what the plan showed.")
    if view.error:
        return _("The mapping cannot be evaluated: %(reason)s") % {"reason": view.error}
    if _is_undecided(work, view):
        return _("It waits until its conflict is decided.")
    return ""


def _is_undecided(work: Work, view: View) -> bool:
    return Conflict.objects.filter(
        application=work.session.application,
        kind=view.kind,
        object_id=view.object_id,
        state__in=(Conflict.State.OPEN, Conflict.State.IGNORED),
    ).exists()


def _do(work: Work, view: View) -> bool:
    """Do the steps of an object; ``False`` when it has to be looked at anew."""
    while view.steps:
        step = view.steps[0]
        phase = phase_of(view.kind, step)
        if _must_wait(work, phase):
            work.put_back(when=timezone.now(), reason="", counts=False, phase=phase)
            return True
        work.begin(view.steps)
        if step.action is Action.CREATE:
            after = creating.create(work, view)
        elif step.action is Action.DELETE:
            after = leaving.delete(work, view, step)
        else:
            after = sending.send(work, view, step)
        if after is Next.ANEW:
            return False
        if after is Next.ENDED:
            return True
        view = after
    if _awaits(work, view):
        return False
    end(work, view)
    return True


def _must_wait(work: Work, phase: Phase) -> bool:
    """Tell whether a step has to wait for others, whose phase comes before its own."""
    if phase <= work.operation.phase:
        return False
    application = work.session.application
    return waits_for_earlier(
        tenant_id=application.tenant_id,
        application_id=application.pk,
        operation_id=work.operation.pk,
        phase=phase,
    )


@transaction.atomic
def _awaits(work: Work, view: View) -> bool:
    """Note who should be a member or manager and is not there; ``True``: some came meanwhile."""
    if view.link is None or not view.may_await:
        return False
    application = work.session.application
    lock_planning(application)
    return bool(keep_awaited(application, [view]))
