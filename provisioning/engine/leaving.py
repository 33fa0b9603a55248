"""Deleting what we made at a target; the link stays until the target has confirmed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from provisioning.engine.asking import Next
from provisioning.engine.ending import end
from provisioning.engine.paths import path_of
from provisioning.engine.verdicts import conclude, doubted
from provisioning.models import Link
from provisioning.planning.retrying import Done

if TYPE_CHECKING:
    from provisioning.engine.asking import Work
    from provisioning.engine.looking import View
    from provisioning.protocol.steps import Step


def delete(work: Work, view: View, step: Step) -> Next:
    """Delete a resource; whoever it was, somebody deleted before counts as deleted."""
    assert view.link is not None  # noqa: S101 - what is deleted was there
    assert view.known is not None  # noqa: S101
    Link.objects.filter(pk=view.link.pk).update(state=Link.State.TOMBSTONE)
    answer = work.ask("DELETE", path_of(view.kind, view.known.remote_id))
    if not isinstance(work.judge(answer.outcome), Done):
        return conclude(work, view, answer.outcome)
    doubt = None if answer.outcome.is_success else doubted(work, view, answer.outcome)
    if doubt is not None:
        return conclude(work, view, doubt)
    with transaction.atomic():
        work.step_done()
        work.write()
        view.link.delete()
        end(work, view)
    return Next.ENDED
