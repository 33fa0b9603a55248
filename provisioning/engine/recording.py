"""Turning what has to be done into operations; removals beyond a limit are held.

All of it happens under the lock of the application's follower, so that whoever plans counts what
others have planned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from provisioning.engine.holding import forget_held, hold, meanwhile, removal_rows
from provisioning.engine.known import write_known
from provisioning.engine.late import keep_awaited
from provisioning.engine.refusals import is_refused, keep_refused
from provisioning.engine.refused import without_refused
from provisioning.engine.rows import lock_planning, origin_of, wanted_row
from provisioning.models import Conflict, OperationState
from provisioning.storage.wanted import insert_in_flight, insert_planned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from provisioning.engine.looking import View
    from provisioning.models import Application


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
    staying = [view for view in looked if not view.is_removal]
    forget_held(staying, application, says=_("It no longer leaves."))
    came = keep_awaited(application, looked)
    due = sendable(application, looked)
    removals = [view for view in due if view.is_removal]
    others = [view for view in due if not view.is_removal]
    rows = [wanted_row(view, OperationState.WAITING) for view in others]
    rows += [wanted_row(view, OperationState.WAITING) for view in came if not view.steps]
    rows += [wanted_row(view, OperationState.WAITING) for view in _to_look_for(application, looked)]
    rows += removal_rows(application, removals, run_id)
    insert_in_flight(origin_of(application, run_id), rows)
    return len(rows)


@transaction.atomic
def keep_leavers(application: Application, views: Iterable[View]) -> int:
    """Let nobody stay who leaves, although the run was stopped that they were of; say how many.

    Removals are held, for somebody stopped them; whoever was deactivated or deleted here is
    deactivated all the same.
    """
    lock_planning(application)
    leaving = [view for view in sendable(application, list(views)) if view.takes_access]
    removals = [view for view in leaving if view.is_removal]
    forget_held(removals, application, says=_("It is held anew."))
    hold(application, removals, None)
    rows = [row for view in removals if (row := meanwhile(view)) is not None]
    rows += [wanted_row(view, OperationState.WAITING) for view in leaving if not view.is_removal]
    insert_in_flight(origin_of(application), rows)
    return len(leaving)


def _to_look_for(application: Application, views: Iterable[View]) -> list[View]:
    """Return who leaves and was perhaps made there: whatever is done follows from what is found."""
    return [view for view in views if view.may_be_there and not is_refused(view, application)]


def record_planned(application: Application, views: Sequence[View], *, run_id: UUID) -> None:
    """Write what is to be looked at before it is sent; each row knows what it showed."""
    insert_planned(
        origin_of(application, run_id),
        [wanted_row(view, OperationState.PLANNED, plan_hash=view.digest) for view in views],
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
    free = [
        view
        for view in busy
        if (view.kind, view.object_id) not in undecided and not is_refused(view, application)
    ]
    return without_refused(application, free)
