"""Deciding whose an account at a target is."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.identifiers import read_uuid
from accounts.storage.held_changes import held_of
from accounts.trail import audit
from provisioning.desired import cause_of
from provisioning.engine.draining import queue_performing
from provisioning.engine.errors import NotOpenError
from provisioning.engine.known import write_known
from provisioning.engine.late import queue_who_awaits
from provisioning.engine.looking import look_at, look_at_all
from provisioning.engine.matching import is_under_way
from provisioning.engine.recording import record_operations
from provisioning.engine.rows import lock_planning
from provisioning.engine.sending import etag_of
from provisioning.models import Conflict, Link
from provisioning.planning.objects import Cause
from provisioning.planning.outcomes import known_adopted
from provisioning.protocol.answers import id_of
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.models import Application


class Choice(StrEnum):
    """What is done about a conflict."""

    LINK = "link"
    CREATE = "create"
    IGNORE = "ignore"


@transaction.atomic
def resolve_conflict(*, conflict: Conflict, choice: Choice, remote_id: str = "") -> None:
    """Link the account ``remote_id``, or create another one, or leave the person out.

    Raises:
        NotOpenError: It is decided already, or the account is linked to somebody else.
        ValueError: ``remote_id`` is none of the candidates.
    """
    lock_planning(conflict.application)
    found = Conflict.objects.select_for_update(of=("self",)).get(pk=conflict.pk)
    if found.state not in {Conflict.State.OPEN, Conflict.State.IGNORED}:
        raise NotOpenError(_("Somebody has decided this conflict already."))
    match choice:
        case Choice.LINK:
            _link(found, _candidate(found, remote_id))
            found.state, found.remote_id = Conflict.State.LINKED, remote_id
        case Choice.CREATE:
            found.state = Conflict.State.CREATED
        case Choice.IGNORE:
            found.state = Conflict.State.IGNORED
    found.resolved = timezone.now()
    found.save(update_fields=["state", "remote_id", "resolved"])
    audit.record(
        "application.conflict_resolved",
        found.application,
        choice=choice.value,
        object_id=found.object_id,
        remote_id=remote_id,
    )
    if choice is not Choice.IGNORE:
        kind = Kind(found.kind)
        record_operations(
            found.application, look_at_all(found.application, kind, [found.object_id])
        )
        queue_performing(found.application_id)


def _candidate(conflict: Conflict, remote_id: str) -> Mapping[str, Any]:
    for each in conflict.candidates:
        if id_of(each) == remote_id:
            return each
    raise ValueError(f"{remote_id!r} is none of the accounts that were found.")


def _link(conflict: Conflict, resource: Mapping[str, Any]) -> None:
    """Link an account that was there before us, as it was shown when the conflict came up."""
    application, kind = conflict.application, Kind(conflict.kind)
    holder = (
        Link.objects.filter(application=application, kind=kind, remote_id=id_of(resource))
        .exclude(object_id=conflict.object_id)
        .first()
    )
    view = look_at(application, kind, conflict.object_id)
    if view.error:
        raise NotOpenError(
            _("The mapping cannot be evaluated: %(reason)s") % {"reason": view.error}
        )
    if view.desired is None:
        raise NotOpenError(_("They are not wanted at this application any more."))
    known = known_adopted(view.desired, shown=resource, version=etag_of(resource))
    if holder is not None:
        # What we have made is ours still, whoever has it.
        known = replace(known, adopted=holder.adopted, is_active=holder.is_active)
        _release(application, holder)
    link = view.link or Link(application=application, kind=kind, object_id=view.object_id)
    link.name, link.remote_id = view.name, known.remote_id
    link.save()
    write_known(link, known, before=None)
    queue_who_awaits(application, view.object_id)


def _release(application: Application, holder: Link) -> None:
    """Forget that an account is that of somebody who was deleted here.

    Raises:
        NotOpenError: They are here, or something is under way of them.
    """
    causes = cause_of(application=application, object_ids=[holder.object_id])
    key = read_uuid(holder.object_id)
    # Whose deletion is held may be here again, as they were.
    if causes.get(holder.object_id) is not Cause.DELETED or (key and held_of([key])):
        raise NotOpenError(_("This account is linked to somebody else."))
    if is_under_way(application, holder):
        raise NotOpenError(
            _("This account is of somebody who was deleted, and is just being taken away there.")
        )
    kind, object_id = Kind(holder.kind), holder.object_id
    holder.delete()
    # What was held of them is held no more.
    record_operations(application, look_at_all(application, kind, [object_id]))
