"""Removals that an admin has refused: not done, and not held anew, until something changes.

A refusal lasts as long as what it was about: the same person, leaving for the same reason, under
the same policy, from the same scope.  It is a row that shows what was refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from provisioning.engine.holding import in_place_of
from provisioning.models import Assignment, Operation, OperationState
from provisioning.protocol.canonical import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from provisioning.engine.looking import View
    from provisioning.models import Application


def refused_removals(application: Application) -> QuerySet[Operation]:
    """Return the removals that an admin has refused and that would be done otherwise."""
    return Operation.objects.filter(application=application, state=OperationState.REFUSED)


def refuse(application: Application, removals: Iterable[tuple[Operation, View]]) -> int:
    """Let removals that are held be refused; say how many."""
    scope = _scope_of(application)
    refused = []
    for operation, view in removals:
        operation.state = OperationState.REFUSED
        operation.plan_hash = _what_it_is_about(view, scope)
        operation.last_error = _("An admin refused it.")
        refused.append(operation)
    Operation.objects.bulk_update(refused, ["state", "plan_hash", "last_error"], batch_size=500)
    return len(refused)


def without_refused(application: Application, views: Sequence[View]) -> list[View]:
    """Return what is to be done about these objects without the removals that were refused.

    Whoever was deactivated or deleted here is deactivated there all the same.  A refusal of what
    would be another removal by now is forgotten.
    """
    removals = [view for view in views if view.is_removal]
    rows = refused_removals(application).filter(object_id__in=[view.object_id for view in removals])
    refused = {(row.kind, row.object_id): row for row in rows} if removals else {}
    if not refused:
        return list(views)
    scope = _scope_of(application)
    kept: list[View] = []
    over: list[int] = []
    for view in views:
        row = refused.get((view.kind, view.object_id)) if view.is_removal else None
        if row is None:
            kept.append(view)
        elif row.plan_hash != _what_it_is_about(view, scope):
            over.append(row.pk)
            kept.append(view)
        elif (gentle := in_place_of(view)) is not None:
            kept.append(gentle)
    Operation.objects.filter(pk__in=over).update(
        state=OperationState.CANCELLED,
        plan_hash="",
        ended=timezone.now(),
        last_error=_("What an admin has refused is something else by now."),
    )
    return kept


def _what_it_is_about(view: View, scope: str) -> str:
    actions = sorted({step.action for step in view.steps})
    return digest([view.digest, actions, scope])


def _scope_of(application: Application) -> str:
    assigned = Assignment.objects.filter(application=application).values_list(
        "group_id", "role", "profile_id"
    )
    return digest([application.group_choice, sorted(str(each) for each in assigned)])
