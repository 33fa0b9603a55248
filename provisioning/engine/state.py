"""How things stand at an application, and of one person at all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Q
from django.utils import timezone

from accounts.secrets.encryption import SealError
from provisioning.engine.sessions import pace_key_of
from provisioning.models import (
    IN_FLIGHT,
    Application,
    Conflict,
    Link,
    Operation,
    OperationState,
    Phase,
)
from provisioning.storage.pace import pace_of

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from provisioning.models import Run
    from provisioning.storage.pace import Pace

_ENDED: Final = (
    OperationState.DONE,
    OperationState.FAILED,
    OperationState.QUARANTINED,
    OperationState.CANCELLED,
)

_STUCK: Final = (OperationState.HELD, OperationState.REFUSED, OperationState.FAILED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: of each phase the operations done and all of them."""

    done: int
    total: int
    failed: int
    phases: tuple[tuple[str, int, int], ...]
    """Label, done, all."""
    seconds_left: float | None
    """An estimate from what was done so far; ``None`` while it cannot be told."""
    requests_per_second: float | None
    """What the target allows; ``None`` without a limit."""
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class AtApplication:
    """One person at one application."""

    application: Application
    remote_id: str
    state: str
    """``in_step``, ``waiting``, ``failed``, ``quarantined``, ``held``, ``refused``, ``conflict``,
    ``left``; who has left is ``kept``, if the target refuses, or ``active_again``, if somebody
    there says so.
    """
    reason: str
    last: Operation | None
    is_active: bool
    """Whether the account there can be used, as far as is known."""
    delete_due: datetime | None


def _pace(application: Application) -> Pace | None:
    """Return how fast the target is asked; nothing where no key opens the credential any more."""
    try:
        return pace_of(tenant_id=application.tenant_id, key=pace_key_of(application))
    except SealError:
        return None


def progress(run: Run) -> Progress:
    """Return how far a run is."""
    operations = Operation.objects.filter(run=run)
    ended, failed = Q(state__in=_ENDED), Q(state__in=("failed", "quarantined"))
    counted = operations.aggregate(
        total=Count("pk"), done=Count("pk", filter=ended), failed=Count("pk", filter=failed)
    )
    by_phase = operations.values("phase").annotate(
        total=Count("pk"), done=Count("pk", filter=ended)
    )
    application = run.application
    pace = _pace(application)
    paused = pace.paused_until if pace else None
    return Progress(
        done=counted["done"],
        total=counted["total"],
        failed=counted["failed"],
        phases=tuple(
            (str(Phase(row["phase"]).label), row["done"], row["total"])
            for row in by_phase.order_by("phase")
        ),
        seconds_left=_estimate(run, counted["done"], counted["total"]),
        requests_per_second=1 / pace.interval if pace and pace.interval else None,
        paused_until=paused if paused and paused > timezone.now() else None,
    )


def state_at_applications(user: User) -> list[AtApplication]:
    """Return how a person stands at each application that has, or should have, them."""
    object_id = str(user.pk)
    links = {
        link.application_id: link
        for link in Link.objects.filter(object_id=object_id).select_related("application")
    }
    latest = {
        operation.application_id: operation
        for operation in Operation.objects.filter(object_id=object_id)
        .select_related("application")
        .order_by("application_id", "-id")
        .distinct("application_id")
    }
    conflicts = set(
        Conflict.objects.filter(object_id=object_id, state=Conflict.State.OPEN).values_list(
            "application_id", flat=True
        )
    )
    applications = {key: link.application for key, link in links.items()}
    applications |= {key: operation.application for key, operation in latest.items()}
    return [
        _at(application, links.get(key), latest.get(key), has_conflict=key in conflicts)
        for key, application in sorted(applications.items(), key=lambda each: each[1].name)
    ]


def _at(
    application: Application, link: Link | None, last: Operation | None, *, has_conflict: bool
) -> AtApplication:
    state, reason = _state_of(link, last, has_conflict=has_conflict)
    return AtApplication(
        application=application,
        remote_id=link.remote_id if link else "",
        state=state,
        reason=reason,
        last=last,
        is_active=link is not None and bool(link.remote_id) and link.is_active,
        delete_due=link.delete_due if link else None,
    )


def _state_of(link: Link | None, last: Operation | None, *, has_conflict: bool) -> tuple[str, str]:
    if link is not None and link.leaving_refused_at is not None:
        return "kept", link.quarantine_reason or (last.last_error if last else "")
    if has_conflict:
        return "conflict", ""
    if link is not None and link.quarantined_at is not None:
        return "quarantined", link.quarantine_reason
    if last is not None and last.state in IN_FLIGHT:
        return "waiting", last.last_error
    if last is not None and last.state in _STUCK:
        return last.state, last.last_error
    return _state_of_account(link), ""


def _state_of_account(link: Link | None) -> str:
    """Return how the account there stands of which nothing has to be done now."""
    if link is None or not link.remote_id:
        return "left"
    if link.is_active:
        return "in_step"
    return "active_again" if "active" in link.drift else "left"


def _estimate(run: Run, done: int, total: int) -> float | None:
    if not run.sent_at or not done or run.ended:
        return None
    return (timezone.now() - run.sent_at).total_seconds() / done * (total - done)
