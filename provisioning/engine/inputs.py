"""What a plan is worked out from, to tell whether it still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.storage.changes import MOST_AT_ONCE, Position, StartOverError, changes_since
from provisioning.desired import concerned_by, groups_with
from provisioning.engine.dialects import policy_at
from provisioning.engine.looking import digest_of_policy, look_at_all
from provisioning.models import Operation, OperationState
from provisioning.protocol.steps import Kind
from provisioning.services.credentials import digest_of_credential

if TYPE_CHECKING:
    from provisioning.desired import Concerned
    from provisioning.models import Application, Run

_MOST_PAGES = 20


def inputs_of(application: Application) -> dict[str, Any]:
    """Return what of an application a plan depends on."""
    return {
        "mapping": application.mapping_revision,
        "policy": digest_of_policy(policy_at(application)),
        "base_url": application.base_url,
        "adopt": application.adopt,
        "credential": digest_of_credential(application),
    }


def have_changed(run: Run) -> bool:
    """Tell whether mapping, switches, scope, credential or somebody is another than it showed."""
    if run.inputs != inputs_of(run.application):
        return True
    position = Position(run.generation, run.transaction, run.entry_id)
    for _page in range(_MOST_PAGES):
        try:
            changes = changes_since(position, limit=MOST_AT_ONCE)
        except StartOverError:
            return True
        if not changes:
            return False
        concerned = concerned_by(application=run.application, changes=changes)
        if concerned.everything or _shows_otherwise(run, concerned):
            return True
        if len(changes) < MOST_AT_ONCE:
            return False
        position = changes[-1].position
    return True


def _shows_otherwise(run: Run, concerned: Concerned) -> bool:
    """Tell whether the plan shows something else of somebody than what would be sent now."""
    # What is planned of a group may be about somebody who is as they should be by now.
    groups = concerned.groups | groups_with(application=run.application, people=concerned.users)
    for kind, ids in ((Kind.USER, concerned.users), (Kind.GROUP, groups)):
        planned = dict(
            Operation.objects.filter(
                run=run, state=OperationState.PLANNED, kind=kind, object_id__in=ids
            ).values_list("object_id", "plan_hash")
        )
        for view in look_at_all(run.application, kind, planned):
            if planned[view.object_id] != view.digest:
                return True
    return False
