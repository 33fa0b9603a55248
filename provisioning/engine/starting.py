"""Beginning a run: its row, and the job that works it out."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.identifiers import uuid_of
from accounts.jobs.kinds import RUNS, at_least_once
from accounts.storage.changes import latest_position
from accounts.trail import audit
from provisioning.engine.rows import lock_planning
from provisioning.engine.working_out import work_out
from provisioning.models import Application, Run


@at_least_once(queue=RUNS, pauses=(10, 60), leaves=2, reaches_out=True, one_for_tenant=True)
def work_out_run(*, run_id: str) -> dict[str, Any]:
    """Look at everything that a run is about; done anew from the beginning, if a worker died."""
    run = Run.objects.select_related("application__tenant").filter(pk=uuid_of(run_id)).first()
    if run is None or run.state != Run.State.READING:
        return {}
    return work_out(run)


@transaction.atomic
def begin_run(application: Application, kind: Run.Kind) -> Run:
    """Have everything of an application looked at; a run that is being worked out is replaced.

    What changes while it is read, comes by the feed: its place is taken before anything is read.
    """
    lock_planning(application)
    replaced = (
        [Run.State.READING, Run.State.PLANNED] if kind == Run.Kind.PLAN else [Run.State.READING]
    )
    Run.objects.filter(application=application, kind=kind, state__in=replaced).update(
        state=Run.State.REPLACED, ended=timezone.now()
    )
    generation, number, entry_id = latest_position()
    run = Run.objects.create(
        application=application,
        kind=kind,
        generation=generation,
        transaction=number,
        entry_id=entry_id,
        actor=audit.acting(),
    )
    work_out_run.defer(run_id=str(run.pk))
    return run
