"""The link that an import makes: nothing is sent by it, and nothing is taken away there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from provisioning.engine.draining import queue_performing
from provisioning.engine.known import write_known
from provisioning.engine.late import queue_who_awaits
from provisioning.engine.looking import look_at
from provisioning.engine.recording import record_operations
from provisioning.engine.rows import lock_planning
from provisioning.importing.errors import NotDecidedError
from provisioning.importing.kept import LONGEST
from provisioning.mapping.errors import EvaluationError, MappingError
from provisioning.models import Conflict, Link
from provisioning.planning.outcomes import known_taken_in
from provisioning.protocol.answers import id_of

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup, User
    from provisioning.importing.asking import Seen
    from provisioning.models import Application
    from provisioning.protocol.steps import Kind

_BEING_MADE = (Link.State.MAKING, Link.State.UNKNOWN)


def keep_link(
    application: Application, kind: Kind, ours: User | DirectoryGroup, seen: Seen
) -> None:
    """Link an object of ours to a resource that was there before us, in the open transaction.

    Whoever is wanted there is brought in step, once the application sends at all.  Of whoever is
    not, nothing is taken away there until they were wanted once.

    Raises:
        NotDecidedError: One of the two is linked, or is just being created there.
    """
    lock_planning(application)
    object_id, remote_id = str(ours.pk), id_of(seen.resource)
    links = Link.objects.select_for_update().filter(application=application, kind=kind)
    if links.filter(remote_id=remote_id).exists():
        raise NotDecidedError(_("This account is linked already."))
    link = links.filter(object_id=object_id).first()
    if link is not None and (link.remote_id or link.state in _BEING_MADE):
        raise NotDecidedError(
            _("%(name)s is linked to another account, or one is just being made there.")
            % {"name": link}
        )
    link = link or Link(application=application, kind=kind, object_id=object_id)
    link.name = str(ours)[:LONGEST]
    link.is_taken_in = True
    link.remote_id = remote_id
    link.save()
    known = known_taken_in(kind, shown=seen.resource, version=seen.version)
    write_known(link, known, before=None)
    _close_conflict(application, link)
    queue_who_awaits(application, object_id)
    if application.first_plan_sent_at is not None:
        _bring_in_step(application, kind, object_id)


def _close_conflict(application: Application, link: Link) -> None:
    """Let whoever was in doubt be linked: what was to be decided is."""
    Conflict.objects.filter(
        application=application, kind=link.kind, object_id=link.object_id
    ).exclude(state=Conflict.State.LINKED).update(
        state=Conflict.State.LINKED, remote_id=link.remote_id, resolved=timezone.now()
    )


def _bring_in_step(application: Application, kind: Kind, object_id: str) -> None:
    try:
        recorded = record_operations(application, [look_at(application, kind, object_id)])
    except (MappingError, EvaluationError):
        return  # The page of the mapping says so; whoever follows the changes finds them again.
    if recorded:
        queue_performing(application.pk)
