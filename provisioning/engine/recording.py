"""Turning what has to be done into operations; removals beyond a limit are held.

All of it happens under the lock of the application's follower, so that whoever plans counts what
others have planned.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.trail import audit
from provisioning.engine.known import write_known
from provisioning.engine.late import keep_awaited
from provisioning.models import (
    Conflict,
    Follower,
    Link,
    Operation,
    OperationState,
    Phase,
)
from provisioning.planning.objects import Cause
from provisioning.planning.thresholds import must_hold
from provisioning.protocol.canonical import digest
from provisioning.protocol.steps import Action, Kind
from provisioning.storage.wanted import Origin, Wanted, insert_in_flight, insert_planned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from provisioning.engine.looking import View
    from provisioning.models import Application
    from provisioning.protocol.steps import Step

AN_HOUR: Final = timedelta(hours=1)
_COUNTED: Final = (
    OperationState.WAITING,
    OperationState.RUNNING,
    OperationState.UNKNOWN,
    OperationState.DONE,
    OperationState.FAILED,
    OperationState.QUARANTINED,
    OperationState.HELD,
)


def lock_planning(application: Application) -> Follower:
    """Let nobody else plan for the application until the transaction ends."""
    Follower.objects.get_or_create(application=application)
    return Follower.objects.select_for_update().get(application=application)


def step_as_json(step: Step) -> dict[str, Any]:
    """Return a step as the row of its operation keeps it."""
    return {**asdict(step), "action": step.action.value}


def what_was_refused(view: View, application: Application) -> str:
    """Return the digest by which a quarantined object is known to be still the same."""
    return digest([view.wanted, application.mapping_revision])


def origin_of(application: Application, run_id: UUID | None = None) -> Origin:
    """Return whose operations are that are written now, and who wants them."""
    return Origin(application.tenant_id, application.pk, run_id, audit.acting())


@transaction.atomic
def record_operations(
    application: Application, views: Iterable[View], *, run_id: UUID | None = None
) -> int:
    """Write what has to be done now as operations that are in flight, or held; say how many.

    Objects that are in step, in quarantine for the same reason, or that wait for somebody's
    decision, are passed over; so are removals that were held and are none any more.
    """
    lock_planning(application)
    looked = list(views)
    keep_refused(application, looked)
    keep_first_wanted(looked)
    _forget_held([view for view in looked if not view.is_removal], application)
    came = keep_awaited(application, looked)
    due = sendable(application, looked)
    removals = [view for view in due if view.is_removal]
    others = [view for view in due if not view.is_removal]
    rows = [wanted_row(view, OperationState.WAITING) for view in others]
    rows += [wanted_row(view, OperationState.WAITING) for view in came if not view.steps]
    if removals and _exceeds(application, removals):
        rows += _hold(application, removals, run_id)
    else:
        rows += [wanted_row(view, OperationState.WAITING) for view in removals]
    insert_in_flight(origin_of(application, run_id), rows)
    return len(rows)


def record_planned(application: Application, views: Sequence[View], *, run_id: UUID) -> None:
    """Write what is to be looked at before it is sent; each row knows what it showed."""
    insert_planned(
        origin_of(application, run_id),
        [wanted_row(view, OperationState.PLANNED, plan_hash=view.digest) for view in views],
    )


def keep_refused(application: Application, views: Sequence[View]) -> None:
    """Put those into quarantine for whom the mapping cannot be evaluated; others go on."""
    for view in views:
        if view.error and not (view.link and view.link.quarantine_reason == view.error):
            now = {"quarantined_at": timezone.now(), "quarantine_reason": view.error}
            Link.objects.update_or_create(
                application=application,
                kind=view.kind,
                object_id=view.object_id,
                defaults=now,
                create_defaults={**now, "state": Link.State.REFUSED, "name": view.name},
            )


@transaction.atomic
def keep_first_wanted(views: Sequence[View]) -> None:
    """Let links that an import made be as all others, once what they stand for is wanted there."""
    for view in views:
        link, known = view.link, view.known
        if link is not None and known is not None and link.is_taken_in and view.desired:
            link.is_taken_in = False
            write_known(link, known, before=None)


def sendable(application: Application, views: Sequence[View]) -> list[View]:
    """Return those of these objects of which something is to be sent and may be."""
    busy = [view for view in views if view.steps and not view.error]
    if not busy:
        return []
    undecided = set(
        Conflict.objects.filter(
            application=application,
            object_id__in=[view.object_id for view in busy],
            state__in=(Conflict.State.OPEN, Conflict.State.IGNORED),
        ).values_list("kind", "object_id")
    )
    return [
        view
        for view in busy
        if (view.kind, view.object_id) not in undecided and not _is_refused(view, application)
    ]


def wanted_row(view: View, state: OperationState, *, plan_hash: str = "") -> Wanted:
    """Return the row of an operation that does what has to be done about one object."""
    main = view.steps[0].action if view.steps else Action.UPDATE
    is_deletion = main is Action.DELETE
    return Wanted(
        kind=view.kind,
        object_id=view.object_id,
        name=view.name,
        state=state,
        phase=Phase.DELETIONS if is_deletion else view.phase,
        cause=view.cause or "",
        is_removal=view.is_removal,
        steps=[step_as_json(step) for step in view.steps],
        main_action=main,
        plan_hash=plan_hash,
    )


def _is_refused(view: View, application: Application) -> bool:
    link = view.link
    if link is None or link.quarantined_at is None:
        return False
    return link.quarantine_hash == what_was_refused(view, application)


def exceeds_limit(application: Application, views: Sequence[View], *, already: int = 0) -> bool:
    """Tell whether so many removals of people, or of groups, are more than one may send."""
    for kind in Kind:
        removals = sum(1 for view in views if view.kind is kind)
        if removals and must_hold(
            removals=removals + already,
            population=Link.objects.filter(
                application=application, kind=kind, state=Link.State.LINKED
            ).count(),
            number=application.removal_number,
            percent=application.removal_percent,
        ):
            return True
    return False


def _exceeds(application: Application, removals: Sequence[View]) -> bool:
    """Tell whether these removals, with those of the last hour, are more than one may send."""
    ids = [view.object_id for view in removals]
    counted = Operation.objects.filter(
        application=application,
        is_removal=True,
        is_allowed=False,
        state__in=_COUNTED,
        created__gt=timezone.now() - AN_HOUR,
    )
    already = counted.exclude(object_id__in=ids).values("kind", "object_id").distinct().count()
    return exceeds_limit(application, removals, already=already)


def _hold(application: Application, removals: Sequence[View], run_id: UUID | None) -> list[Wanted]:
    """Hold these removals and those that wait; return what is done meanwhile.

    Whoever was deactivated or deleted here does not stay active there for the sake of a limit.
    """
    waiting = Operation.objects.select_for_update().filter(
        application=application,
        is_removal=True,
        is_allowed=False,
        state=OperationState.WAITING,
    )
    held = set(
        Operation.objects.filter(application=application, state=OperationState.HELD).values_list(
            "kind", "object_id"
        )
    )
    for operation in waiting:
        if (operation.kind, operation.object_id) in held:
            operation.delete()
        else:
            operation.state = OperationState.HELD
            operation.save(update_fields=["state"])
            held.add((operation.kind, operation.object_id))
    new = [view for view in removals if (view.kind.value, view.object_id) not in held]
    insert_planned(
        origin_of(application, run_id), [wanted_row(view, OperationState.HELD) for view in new]
    )
    if new:
        audit.record("application.removals_held", application, held=len(new))
    return [row for view in removals if (row := _meanwhile(view)) is not None]


def _meanwhile(view: View) -> Wanted | None:
    """Return the deactivation of somebody who is to be deleted, and whose deletion is held."""
    is_gone_here = view.cause in {Cause.DEACTIVATED, Cause.DELETED}
    is_active_there = view.known is not None and view.known.is_active
    if view.kind is not Kind.USER or not is_gone_here or not is_active_there:
        return None
    gentle = gently(view)
    if not gentle.steps or gentle.is_removal:
        return None
    return wanted_row(gentle, OperationState.WAITING)


def gently(view: View) -> View:
    """Return the same object with nothing deleted: at the most it is deactivated."""
    return replace(view, policy=replace(view.policy, delete_users=False)).with_known(view.known)


def _forget_held(views: Sequence[View], application: Application) -> None:
    """Cancel the removals that are held of objects that leave no more."""
    if not views:
        return
    Operation.objects.filter(
        application=application,
        state=OperationState.HELD,
        object_id__in=[view.object_id for view in views],
    ).update(
        state=OperationState.CANCELLED,
        ended=timezone.now(),
        last_error=_("It leaves no more."),
    )
