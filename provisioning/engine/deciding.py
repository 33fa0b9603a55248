"""Allowing and refusing the removals that are held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.trail import audit
from provisioning.engine.draining import queue_performing
from provisioning.engine.holding import forget_held, is_as_shown, show_anew
from provisioning.engine.looking import look_at_all
from provisioning.engine.rows import lock_planning
from provisioning.models import Application, Operation, OperationState
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from django.db.models import QuerySet


@transaction.atomic
def allow_removals(*, application: Application) -> int:
    """Send the removals that are held, each once and as it was shown; return how many.

    One that would be something else by now stays held and shows that; one that is none any more is
    forgotten.
    """
    lock_planning(application)
    allowed: list[int] = []
    for kind in Kind:
        rows = _held(application).filter(kind=kind)
        held = {operation.object_id: operation for operation in rows}
        for view in look_at_all(application, kind, held):
            operation = held[view.object_id]
            if not view.is_removal:
                forget_held([view], application, says=_("It leaves no more."))
            elif is_as_shown(operation.steps, view):
                allowed.append(operation.pk)
            else:
                show_anew(operation, view)
    if allowed:
        _send(application, Operation.objects.filter(pk__in=allowed))
        audit.record("application.removals_allowed", application, removals=len(allowed))
        queue_performing(application.pk)
    return len(allowed)


def held_anew(*, application: Application) -> int:
    """Count the removals that are held and that nobody has allowed as they are shown now."""
    meanwhile = Operation.objects.filter(
        application=application,
        kind=OuterRef("kind"),
        object_id=OuterRef("object_id"),
        again="allowed",
    )
    return _held(application).exclude(Exists(meanwhile)).count()


@transaction.atomic
def refuse_removals(*, application: Application) -> int:
    """Forget the removals that are held; whoever they are about stays as they are there."""
    lock_planning(application)
    refused = _held(application).update(
        state=OperationState.CANCELLED,
        ended=timezone.now(),
        last_error=_("An admin refused it."),
    )
    if refused:
        audit.record("application.removals_refused", application, removals=refused)
    return refused


def _held(application: Application) -> QuerySet[Operation]:
    return Operation.objects.filter(application=application, state=OperationState.HELD)


def _send(application: Application, allowed: QuerySet[Operation]) -> None:
    """Put held removals in flight; one of an object that is busy follows when that is over."""
    same = Exists(allowed.filter(kind=OuterRef("kind"), object_id=OuterRef("object_id")))
    others = Operation.objects.filter(same, application=application)
    others.filter(state=OperationState.WAITING).update(
        state=OperationState.CANCELLED,
        ended=timezone.now(),
        last_error=_("The removal that was allowed does it as well."),
    )
    busy = (OperationState.RUNNING, OperationState.UNKNOWN)
    others.filter(state__in=busy).update(again="allowed")
    is_busy = Operation.objects.filter(
        application=application,
        kind=OuterRef("kind"),
        object_id=OuterRef("object_id"),
        state__in=busy,
    )
    allowed.exclude(Exists(is_busy)).update(
        state=OperationState.WAITING, is_allowed=True, next_try=timezone.now()
    )
