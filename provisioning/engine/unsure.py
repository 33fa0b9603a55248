"""Whoever leaves before anybody knows whether they were made there: looked for, and then planned.

Otherwise the account that a lost answer told of would stay, and nobody here would know of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from provisioning.desired.matching import match_of
from provisioning.engine.ending import end, quarantine_view
from provisioning.engine.known import write_known
from provisioning.engine.matching import holder_of, search, search_list
from provisioning.engine.recording import record_operations
from provisioning.engine.rows import lock_planning
from provisioning.engine.sending import etag_of
from provisioning.engine.verdicts import conclude
from provisioning.planning.objects import Desired
from provisioning.planning.outcomes import known_taken_in
from provisioning.protocol.answers import id_of
from provisioning.protocol.steps import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.engine.asking import Work
    from provisioning.engine.looking import View


def look_for_leaver(work: Work, view: View) -> None:
    """Find out whether somebody who leaves is there; if so, plan that they leave.

    They are counted, and held beyond the limit, as all others are.
    """
    sought = _as_it_was(work, view)
    found = search(work, sought)
    if found.failed is not None:
        conclude(work, view, found.failed.outcome)
        return
    if not found.was_searched:
        found = search_list(work, sought)
    theirs = [each for each in found.resources if holder_of(work, sought, id_of(each)) is None]
    if not found.was_searched:
        reason = _("It may be there already, and the target lists and finds nothing.")
        quarantine_view(work, view, reason=reason)
    elif len(theirs) > 1:
        reason = _("It leaves, and may be one of several accounts there. Look at them there.")
        quarantine_view(work, view, reason=reason)
    elif theirs:
        _plan(work, view, theirs[0])
    else:
        _forget(work, view)


def _as_it_was(work: Work, view: View) -> Desired:
    """Return by what an object can be found that was to be made: as it was sent, or by our id."""
    link = view.link
    kept = work.unanswered or (link.unsettled if link is not None else {})
    sent = kept["after"] if kept.get("action") == Action.CREATE else {}
    match = match_of(view.kind, sent) or (("externalId", view.object_id),)
    return Desired(view.kind, view.object_id, view.name, sent, match=match)


@transaction.atomic
def _plan(work: Work, view: View, resource: Mapping[str, Any]) -> None:
    """Keep the link, as of what we have made, and plan what follows for whoever leaves."""
    application, link = work.session.application, view.link
    assert link is not None  # noqa: S101 - it tells that a request was begun
    lock_planning(application)
    known = replace(
        known_taken_in(view.kind, shown=resource, version=etag_of(resource)), adopted=False
    )
    work.steps = []
    work.write()
    link.unsettled = {}
    write_known(link, known, before=None)
    record_operations(application, [view.with_known(known)])
    end(work, view, note=_("It was made after all, and leaves by an operation of its own."))


@transaction.atomic
def _forget(work: Work, view: View) -> None:
    assert view.link is not None  # noqa: S101 - it tells that a request was begun
    work.steps = []
    work.write()
    view.link.delete()
    end(work, view, note=_("It was not made there."))
