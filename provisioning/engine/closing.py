"""Ending runs of which nothing is under way any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from provisioning.models import IN_FLIGHT, Operation, Run

if TYPE_CHECKING:
    from provisioning.models import Application


def close_runs(application: Application) -> None:
    """End the runs of an application that are done."""
    for run in Run.objects.filter(application=application, state=Run.State.SENDING):
        close_run(run)


def close_run(run: Run) -> None:
    """End a run if it is done; what it holds for an admin is no part of it any more."""
    if run.state != Run.State.SENDING:
        return
    if Operation.objects.filter(run=run, state__in=IN_FLIGHT).exists():
        return
    state = Run.State.INCOMPLETE if run.why else Run.State.DONE
    Run.objects.filter(pk=run.pk, state=Run.State.SENDING).update(state=state, ended=timezone.now())
