"""Removals that wait for somebody: held beyond a limit, and done as they were shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.trail import audit
from provisioning.engine.limits import exceeds_in_an_hour, has_limit
from provisioning.engine.looking import TAKING
from provisioning.engine.rows import allowed_row, origin_of, step_as_json, wanted_row
from provisioning.models import Operation, OperationState
from provisioning.planning.objects import Cause
from provisioning.protocol.steps import Kind
from provisioning.storage.wanted import insert_planned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from provisioning.engine.looking import View
    from provisioning.models import Application
    from provisioning.storage.wanted import Wanted

_TRIED: Final = (OperationState.QUARANTINED, OperationState.FAILED)


def removal_rows(
    application: Application, removals: Sequence[View], run_id: UUID | None
) -> list[Wanted]:
    """Return what is done now of removals; those beyond the limit are held.

    What is held already stays so until somebody decides, and shows what would be done by now.
    Whom a target kept, is tried again without being counted again.
    """
    held = _held(application, removals) if has_limit(application) else {}
    for view in removals:
        if (view.kind, view.object_id) in held:
            show_anew(held[view.kind, view.object_id], view)
    staying = [view for view in removals if (view.kind, view.object_id) in held]
    others = [view for view in removals if (view.kind, view.object_id) not in held]
    again = _tried_before(application, others)
    new = [view for view in others if view not in again]
    rows = [allowed_row(view) for view in again]
    if new and exceeds_in_an_hour(application, new):
        hold_waiting(application)
        hold(application, new, run_id)
        staying += new
    else:
        forget_held(new, application, says=_("It is under way already."))
        rows += [wanted_row(view, OperationState.WAITING) for view in new]
    return rows + [row for view in staying if (row := meanwhile(view)) is not None]


def hold(application: Application, removals: Sequence[View], run_id: UUID | None) -> None:
    """Hold removals, of which none is held yet."""
    if removals:
        rows = [wanted_row(view, OperationState.HELD) for view in removals]
        insert_planned(origin_of(application, run_id), rows)
        audit.record("application.removals_held", application, held=len(rows))


def hold_waiting(application: Application) -> None:
    """Hold the removals that wait, and of which nothing was sent."""
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


def meanwhile(view: View) -> Wanted | None:
    """Return the deactivation of somebody who is to be deleted, and whose deletion is held."""
    gentle = in_place_of(view)
    return wanted_row(gentle, OperationState.WAITING) if gentle else None


def in_place_of(view: View) -> View | None:
    """Return what is done about somebody whose deletion is held or refused, if anything is.

    Whoever was deactivated or deleted here does not stay active there for the sake of a limit.
    """
    is_gone_here = view.cause in {Cause.DEACTIVATED, Cause.DELETED}
    if view.kind is not Kind.USER or not is_gone_here:
        return None
    gentle = gently(view)
    return None if not gentle.steps or gentle.is_removal else gentle


def gently(view: View) -> View:
    """Return the same object with nothing deleted: at the most it is deactivated."""
    return replace(view, policy=replace(view.policy, delete_users=False)).with_known(view.known)


def is_as_shown(shown: Iterable[Mapping[str, Any]], view: View) -> bool:
    """Tell whether what would be taken away now is what the steps of a row have shown."""
    taken = {each["action"] for each in shown if "done" not in each}
    return taken & TAKING == {step.action for step in view.steps} & TAKING


def show_anew(operation: Operation, view: View) -> None:
    """Let a removal that is held show what would be done by now, if that is something else."""
    if is_as_shown(operation.steps, view):
        return
    operation.steps = [step_as_json(step) for step in view.steps]
    operation.main_action = view.steps[0].action
    operation.cause = view.cause or ""
    operation.name = view.name
    operation.created = timezone.now()
    operation.save(update_fields=["steps", "main_action", "cause", "name", "created"])


def forget_held(views: Sequence[View], application: Application, *, says: str) -> None:
    """Cancel the removals of these objects that are held, or that an admin has refused."""
    if not views:
        return
    Operation.objects.filter(
        application=application,
        state__in=(OperationState.HELD, OperationState.REFUSED),
        object_id__in=[view.object_id for view in views],
    ).update(state=OperationState.CANCELLED, plan_hash="", ended=timezone.now(), last_error=says)


def _held(application: Application, removals: Sequence[View]) -> dict[tuple[str, str], Operation]:
    rows = Operation.objects.select_for_update().filter(
        application=application,
        state=OperationState.HELD,
        object_id__in=[view.object_id for view in removals],
    )
    return {(each.kind, each.object_id): each for each in rows}


def _tried_before(application: Application, removals: Sequence[View]) -> list[View]:
    """Return those whom the target has kept when just the same was tried."""
    kept = [view for view in removals if view.link and view.link.leaving_refused_at]
    if not kept:
        return []
    rows = Operation.objects.filter(
        application=application,
        kind=Kind.USER,
        object_id__in=[view.object_id for view in kept],
        state__in=_TRIED,
    )
    last = dict(rows.order_by("pk").values_list("object_id", "main_action"))
    return [view for view in kept if last.get(view.object_id) == view.steps[0].action]
