"""People who leave and whom a target does not let go: noted, and told to admins, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.services.notices import notify_admins
from provisioning.engine.letters import kept_letter
from provisioning.engine.looking import TAKING
from provisioning.models import Link, ObjectKind

if TYPE_CHECKING:
    from provisioning.engine.asking import Work
    from provisioning.engine.looking import View


def note_kept(work: Work, view: View | None, *, reason: str) -> None:
    """Note that a person who was to leave keeps their access there, if that was to be done.

    What was to be done may not have been begun: ``view`` tells it, where it could be looked at.

    Admins are mailed once for each person and application: the days on which it is tried again
    in vain are told by the pages.
    """
    operation, application = work.operation, work.session.application
    undone = {each["action"] for each in work.steps if "done" not in each}
    leaves = view is not None and (view.takes_access or view.may_be_there)
    if operation.kind != ObjectKind.USER or not (leaves or undone & TAKING):
        return
    link = Link.objects.filter(
        application=application, kind=operation.kind, object_id=operation.object_id
    )
    if link.filter(leaving_refused_at__isnull=True).update(leaving_refused_at=timezone.now()):
        letter = kept_letter(application, name=operation.name, reason=reason)
        notify_admins(tenant=application.tenant, letter=letter)
