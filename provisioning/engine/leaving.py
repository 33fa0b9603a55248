"""Deleting what we made at a target; the link stays until the target has confirmed it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from provisioning.engine.asking import Next
from provisioning.engine.ending import end
from provisioning.engine.paths import path_of
from provisioning.engine.sending import plain_resource
from provisioning.engine.verdicts import conclude, doubted
from provisioning.models import Link
from provisioning.planning.retrying import Done

if TYPE_CHECKING:
    from provisioning.engine.asking import Work
    from provisioning.engine.looking import View
    from provisioning.protocol.answers import Outcome
    from provisioning.protocol.steps import Step


def delete(work: Work, view: View, step: Step) -> Next:
    """Delete a resource; whoever it was, somebody deleted before counts as deleted."""
    assert view.link is not None  # noqa: S101 - what is deleted was there
    assert view.known is not None  # noqa: S101
    Link.objects.filter(pk=view.link.pk).update(state=Link.State.TOMBSTONE)
    answer = work.ask("DELETE", path_of(view.kind, view.known.remote_id))
    if not isinstance(work.judge(answer.outcome), Done):
        return conclude(work, view, answer.outcome)
    doubt = None
    if not answer.outcome.is_success:
        doubt = doubted(work, answer.outcome) or _is_there(work, view, answer.outcome)
    if doubt is not None:
        return conclude(work, view, doubt)
    with transaction.atomic():
        work.step_done()
        work.write()
        view.link.delete()
        end(work, view)
    return Next.ENDED


def _is_there(work: Work, view: View, outcome: Outcome) -> Outcome | None:
    """Return what to make of a page in place of "not there" while they are shown; else nothing.

    The page is of somebody who stands before the target, which has deleted nobody.
    """
    assert view.known is not None  # noqa: S101 - what is deleted was there
    if outcome.is_readable:
        return None
    shown = plain_resource(work.ask("GET", path_of(view.kind, view.known.remote_id)))
    return None if shown is None else replace(outcome, method="GET")
