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
from provisioning.engine.refused import refuse, refused_removals
from provisioning.engine.rows import lock_planning
from provisioning.models import Application, Operation, OperationState
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from provisioning.engine.looking import View


@transaction.atomic
def allow_removals(*, application: Application) -> int:
    """Send the removals that are held, each once and as it was shown; return how many.

    One that would be something else by now stays held and shows that; one that is none any more is
    forgotten.
    """
    lock_planning(application)
    return _allow(application, _held(application))


@transaction.atomic
def allow_refused_removals(*, application: Application) -> int:
    """Send the removals that an admin has refused, after all, as if they were held still."""
    lock_planning(application)
    keys = list(refused_removals(application).values_list("pk", flat=True))
    rows = Operation.objects.filter(pk__in=keys)
    rows.update(state=OperationState.HELD, plan_hash="", last_error="")
    return _allow(application, rows)


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
    """Let whoever the removals that are held are about stay as they are there; return how many.

    A refusal lasts until what it was about changes: they return, or are to leave for another
    reason, or the scope or the policy is another one.  A removal that would be something else by
    now stays held and shows that.
    """
    lock_planning(application)
    refused = refuse(application, _as_shown(application, _held(application)))
    if refused:
        audit.record("application.removals_refused", application, removals=refused)
    return refused


def _allow(application: Application, rows: QuerySet[Operation]) -> int:
    allowed = [operation.pk for operation, _view in _as_shown(application, rows)]
    if allowed:
        _send(application, Operation.objects.filter(pk__in=allowed))
        audit.record("application.removals_allowed", application, removals=len(allowed))
        queue_performing(application.pk)
    return len(allowed)


def _as_shown(application: Application, rows: QuerySet[Operation]) -> list[tuple[Operation, View]]:
    """Return those of removals that would be done as they show; bring the others up to date."""
    found: list[tuple[Operation, View]] = []
    for kind in Kind:
        held = {operation.object_id: operation for operation in rows.filter(kind=kind)}
        for view in look_at_all(application, kind, held):
            operation = held[view.object_id]
            if not view.is_removal:
                forget_held([view], application, says=_("It no longer leaves."))
            elif is_as_shown(operation.steps, view):
                found.append((operation, view))
            else:
                show_anew(operation, view)
    return found


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
