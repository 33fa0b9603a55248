"""Doing what is due at one application: a slice of time of one worker, over one connection."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from accounts.jobs.kinds import PROVISIONING, at_least_once
from accounts.jobs.rows import is_waiting, running
from accounts.secrets.encryption import SealError
from accounts.trail import audit
from provisioning.client.target import TargetPausedError
from provisioning.engine.asking import Work
from provisioning.engine.closing import close_runs
from provisioning.engine.gate import NotNowError, why_nothing_is_sent
from provisioning.engine.performing import perform
from provisioning.engine.sessions import probe_once, session_with
from provisioning.engine.unreadable import rest_or_quarantine
from provisioning.engine.verdicts import ApplicationRefusedError
from provisioning.models import Application, Follower, Operation
from provisioning.storage.claims import claim_next, count_due

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from provisioning.engine.sessions import Session
    from provisioning.storage.claims import Claim

SLICE_SECONDS: Final = 5.0
"""After that another worker goes on, so that no application has one for itself."""
MOST_AT_ONCE: Final = 8
"""So many workers are at one application at most."""
PAUSES: Final = (5, 30)
"""After that the pulse queues another one: what is due is due until it is done."""
_IDLE_SECONDS: Final = 0.1
_WORTH_HELP: Final = 4
"""With so many more that are due, another worker is asked to help."""
_NAME: Final = "provisioning.perform_operations"
_lock: Final = Lock()
_here: Final[Counter[int]] = Counter()
"""How many threads of this process are at an application now."""


@at_least_once(queue=PROVISIONING, pauses=PAUSES, leaves=1, reaches_out=True)
def perform_operations(*, application_id: int) -> dict[str, Any]:
    """Do the operations that are due at an application; doubled or lost, it does no harm.

    The operations are rows of their own, which a worker claims one by one.  Whatever of them is
    left when nobody does this any more, the pulse of any worker finds.
    """
    application = Application.objects.select_related("tenant").filter(pk=application_id).first()
    if application is None or why_nothing_is_sent(application):
        return {"done": 0}
    with _being_here(application_id):
        done = _drain(application)
    close_runs(application)
    return {"done": done}


def queue_performing(application_id: int) -> None:
    """Have a worker do what is due at an application, unless one is asked to already."""
    which = {"application_id": application_id}
    if is_waiting(kind=_NAME, arguments=which):
        return
    if running(kind=_NAME, arguments=which) < MOST_AT_ONCE:
        perform_operations.defer(application_id=application_id)


def is_here(application_id: int) -> bool:
    """Tell whether a thread of this process does what is due at an application.

    It asks for help itself, once the target has answered: more would only hang there as well.
    """
    with _lock:
        return _here[application_id] > 0


@contextmanager
def _being_here(application_id: int) -> Iterator[None]:
    with _lock:
        _here[application_id] += 1
    try:
        yield
    finally:
        with _lock:
            _here[application_id] -= 1


def _drain(application: Application) -> int:
    end = time.monotonic() + SLICE_SECONDS
    done = 0
    try:
        with session_with(application) as session:
            probe_once(session)
            while time.monotonic() < end:
                claim = claim_next(tenant_id=application.tenant_id, application_id=application.pk)
                if claim is not None:
                    perform_claimed(session, claim)
                    done += 1
                    if done == 1 and time.monotonic() < end:
                        _ask_for_help(application)
                elif _others_are_busy(application):
                    time.sleep(_IDLE_SECONDS)
                else:
                    return done
    except TargetPausedError as error:
        _rest(application, error.until)
        return done
    except (NotNowError, ApplicationRefusedError):
        return done
    except SealError:
        rest_or_quarantine(application)
        return done
    _go_on(application)
    return done


def _go_on(application: Application) -> None:
    """Have a worker go on, this one's slice being over: it counts as running no more."""
    if not is_waiting(kind=_NAME, arguments={"application_id": application.pk}):
        perform_operations.defer(application_id=application.pk)


def perform_claimed(session: Session, claim: Claim) -> None:
    """Do one operation that was just claimed."""
    operation = Operation.objects.get(pk=claim.operation_id)
    with audit.acting_as(operation.actor or audit.SYSTEM):
        perform(Work(operation, claim, session, list(operation.steps)))


def _others_are_busy(application: Application) -> bool:
    """Tell whether something is due that only waits for what other workers are at."""
    return Operation.objects.filter(
        application=application,
        state__in=("waiting", "unknown"),
        next_try__lte=timezone.now(),
    ).exists()


def _ask_for_help(application: Application) -> None:
    due = count_due(
        tenant_id=application.tenant_id, application_id=application.pk, most=_WORTH_HELP + 1
    )
    if due > _WORTH_HELP:
        queue_performing(application.pk)


def _rest(application: Application, until: datetime) -> None:
    Follower.objects.filter(application=application).update(rests_until=until)
