"""Following the feed of changes: who is concerned at an application is looked at anew.

Operations, the job that does them and the application's new place are one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.jobs.kinds import PROVISIONING, at_least_once
from accounts.jobs.rows import is_waiting
from accounts.storage.changes import (
    MOST_AT_ONCE,
    Position,
    StartOverError,
    changes_since,
    latest_position,
)
from provisioning.desired import concerned_by
from provisioning.engine.draining import PAUSES, queue_performing
from provisioning.engine.gate import includes_provisioning
from provisioning.engine.looking import look_at_all
from provisioning.engine.recording import record_operations
from provisioning.engine.starting import begin_run
from provisioning.models import Application, Follower, Run
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from provisioning.desired import Concerned

_NAME: Final = "provisioning.follow_changes"
_MOST_AT_ONCE: Final = 2_000
"""More objects than this are not looked at in one transaction, but by a run."""


@at_least_once(queue=PROVISIONING, pauses=PAUSES, leaves=1)
def follow_changes(*, application_id: int) -> dict[str, Any]:
    """Plan for whoever is concerned by what changed since the application's place in the feed."""
    with transaction.atomic():
        follower = (
            Follower.objects.select_for_update(skip_locked=True)
            .filter(application_id=application_id)
            .first()
        )
        if follower is None:  # Another worker is at it, or the application is gone.
            return {"operations": 0}
        application = Application.objects.select_related("tenant").get(pk=application_id)
        return {"operations": _follow(application, follower)}


def queue_following(application_id: int) -> None:
    """Have a worker follow for an application, unless one is asked to already."""
    if not is_waiting(kind=_NAME, arguments={"application_id": application_id}):
        follow_changes.defer(application_id=application_id)


def place_of(follower: Follower) -> Position:
    """Return a follower's place in the feed."""
    return Position(follower.generation, follower.transaction, follower.entry_id)


def move(follower: Follower, position: Position) -> None:
    """Put a follower at a place in the feed."""
    follower.generation, follower.transaction, follower.entry_id = position
    follower.moved = timezone.now()
    follower.save()


def _follow(application: Application, follower: Follower) -> int:
    if application.first_plan_sent_at is None or not includes_provisioning(application.tenant):
        return 0
    try:
        changes = changes_since(place_of(follower), limit=MOST_AT_ONCE)
    except StartOverError:
        move(follower, latest_position())
        _look_at_everything(application)
        return 0
    if not changes:
        return 0
    move(follower, changes[-1].position)
    if len(changes) == MOST_AT_ONCE:
        queue_following(application.pk)
    return _plan_for(application, concerned_by(application=application, changes=changes))


def _plan_for(application: Application, concerned: Concerned) -> int:
    if concerned.everything or len(concerned.users) + len(concerned.groups) > _MOST_AT_ONCE:
        _look_at_everything(application)
        return 0
    views = [
        *look_at_all(application, Kind.USER, concerned.users),
        *look_at_all(application, Kind.GROUP, concerned.groups),
    ]
    recorded = record_operations(application, views)
    if recorded:
        queue_performing(application.pk)
    return recorded


def _look_at_everything(application: Application) -> None:
    """Have a run look at everybody, without asking the target what it holds."""
    begin_run(application, Run.Kind.CATCH_UP)
