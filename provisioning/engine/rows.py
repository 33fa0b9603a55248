"""Rows of operations, from what has to be done about objects."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from accounts.trail import audit
from provisioning.models import Follower, OperationState, Phase
from provisioning.protocol.steps import Action
from provisioning.storage.wanted import Origin, Wanted

if TYPE_CHECKING:
    from uuid import UUID

    from provisioning.engine.looking import View
    from provisioning.models import Application
    from provisioning.protocol.steps import Step


def lock_planning(application: Application) -> Follower:
    """Let nobody else plan for the application until the transaction ends.

    Whoever holds more than one row of an application takes them in this order: the application
    itself (:func:`provisioning.services.changing.hold`, which lets others refer to it meanwhile),
    this lock, runs and conflicts, operations, links, people.  A row of an import comes before this
    lock, with the application held.  What is taken already may be taken again.
    """
    Follower.objects.get_or_create(application=application)
    return Follower.objects.select_for_update().get(application=application)


def step_as_json(step: Step) -> dict[str, Any]:
    """Return a step as the row of its operation keeps it."""
    return {**asdict(step), "action": step.action.value}


def origin_of(application: Application, run_id: UUID | None = None) -> Origin:
    """Return whose operations are that are written now, and who wants them."""
    return Origin(application.tenant_id, application.pk, run_id, audit.acting())


def wanted_row(view: View, state: OperationState, *, plan_hash: str = "") -> Wanted:
    """Return the row of an operation that does what has to be done about one object."""
    without = Action.DEACTIVATE if view.may_be_there else Action.UPDATE
    main = view.steps[0].action if view.steps else without
    is_deletion = main is Action.DELETE
    return Wanted(
        kind=view.kind,
        object_id=view.object_id,
        name=view.name,
        state=state,
        phase=Phase.DELETIONS if is_deletion else view.phase,
        cause=view.cause or "",
        is_removal=view.is_removal,
        is_allowed=False,
        steps=[step_as_json(step) for step in view.steps],
        main_action=main,
        plan_hash=plan_hash,
    )


def allowed_row(view: View) -> Wanted:
    """Return the row of a removal that counts no more: it was let through before."""
    return {**wanted_row(view, OperationState.WAITING), "is_allowed": True}
