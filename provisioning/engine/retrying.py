"""Trying again what is stuck, because somebody says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.trail import audit
from provisioning.engine.draining import queue_performing
from provisioning.engine.errors import NotStuckError
from provisioning.engine.looking import look_at_all
from provisioning.engine.recording import record_operations
from provisioning.engine.refusals import forget_refusals
from provisioning.models import Link, Operation, OperationState
from provisioning.protocol.steps import Kind
from provisioning.services.changing import hold

if TYPE_CHECKING:
    from collections.abc import Collection

    from provisioning.models import Application

_STUCK: Final = (OperationState.FAILED, OperationState.QUARANTINED)
_MOST_AT_ONCE: Final = 10_000


@transaction.atomic
def retry_operation(*, operation: Operation) -> bool:
    """Try the object of an operation again that failed or is quarantined; tell whether it is.

    It is not, where nothing has to be done about the object any more, or somebody has to decide.

    Raises:
        NotStuckError: It waits, runs or is done.
    """
    if operation.state not in _STUCK:
        raise NotStuckError(_("It has not failed: it waits, runs, is done or was not sent."))
    application = operation.application
    tried = _try_again(application, Kind(operation.kind), [operation.object_id])
    if tried:
        audit.record("application.retried", application, objects=tried)
        queue_performing(application.pk)
    return bool(tried)


@transaction.atomic
def retry_stuck(*, application: Application) -> int:
    """Try everything again that failed or is quarantined at an application; return how many."""
    tried = 0
    for kind in Kind:
        ids = set(
            Link.objects.filter(
                application=application, kind=kind, quarantined_at__isnull=False
            ).values_list("object_id", flat=True)[:_MOST_AT_ONCE]
        )
        ids |= set(
            Operation.objects.filter(
                application=application, kind=kind, state=OperationState.FAILED
            ).values_list("object_id", flat=True)[:_MOST_AT_ONCE]
        )
        tried += _try_again(application, kind, ids)
    if tried:
        audit.record("application.retried", application, objects=tried)
        queue_performing(application.pk)
    return tried


@transaction.atomic
def lift_quarantine(*, application: Application) -> None:
    """Let an application go on that was put into quarantine."""
    found = hold(application)
    if found.quarantined_at is None:
        return
    found.quarantined_at, found.quarantine_reason = None, ""
    found.save(update_fields=["quarantined_at", "quarantine_reason"])
    audit.record("application.quarantine_lifted", found)
    queue_performing(found.pk)


def _try_again(application: Application, kind: Kind, object_ids: Collection[str]) -> int:
    forget_refusals(application, kind, object_ids)
    return record_operations(application, look_at_all(application, kind, object_ids))
