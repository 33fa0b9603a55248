"""Creating an object at a target: looked for first, so that it is there once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from provisioning.engine.asking import Next
from provisioning.engine.conflicting import open_conflict
from provisioning.engine.ending import cancel, quarantine_view
from provisioning.engine.known import write_known
from provisioning.engine.late import queue_who_awaits
from provisioning.engine.matching import holder_of, search, search_list
from provisioning.engine.paths import path_of
from provisioning.engine.rows import lock_planning
from provisioning.engine.sending import etag_of, is_success, plain_resource
from provisioning.engine.verdicts import conclude
from provisioning.models import Conflict, Link
from provisioning.planning.outcomes import known_adopted, known_created, known_found_again
from provisioning.planning.retrying import MatchAgain
from provisioning.protocol.requests import create_body

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provisioning.engine.asking import Work
    from provisioning.engine.looking import View
    from provisioning.planning.objects import Desired, Known

_REFUSALS: Final = range(400, 500)


def create(work: Work, view: View) -> View | Next:
    """Link what the target holds already, or create it."""
    desired = view.desired
    assert desired is not None  # noqa: S101 - what is created is wanted
    if _is_decided_to_create(work, desired):
        return _post(work, view, desired, [])
    found = search(work, desired)
    if found.failed is not None:
        return conclude(work, view, found.failed.outcome)
    if not found.was_searched and _may_have_made_it(view):
        found = search_list(work, desired)
        if not found.was_searched:
            reason = _("It may be there already, and the target lists and finds nothing.")
            quarantine_view(work, view, reason=reason)
            return Next.ENDED
    if found.resources:
        return _take(work, view, desired, found.resources)
    if desired.is_from_there:
        cancel(work, reason=_("It came from there and is no longer there: it is not made anew."))
        return Next.ENDED
    return _post(work, view, desired, found.resources)


def _may_have_made_it(view: View) -> bool:
    """Tell whether a POST was begun of which no answer was kept."""
    return view.link is not None and view.link.state in {Link.State.MAKING, Link.State.UNKNOWN}


def _is_decided_to_create(work: Work, desired: Desired) -> bool:
    return Conflict.objects.filter(
        application=work.session.application,
        kind=desired.kind,
        object_id=desired.object_id,
        state=Conflict.State.CREATED,
    ).exists()


def _take(
    work: Work, view: View, desired: Desired, found: Sequence[Mapping[str, Any]]
) -> View | Next:
    """Link the one resource that matches, as the application wants it, or ask somebody."""
    if len(found) > 1:
        return open_conflict(work, view, Conflict.Why.SEVERAL, found)
    [resource] = found
    if holder_of(work, desired, str(resource["id"])) is not None:
        return open_conflict(work, view, Conflict.Why.TAKEN, found)
    known = known_adopted(desired, shown=resource, version=etag_of(resource))
    if _may_have_made_it(view):
        ours = known_found_again(desired, shown=resource, version=etag_of(resource))
        return _link(work, view, ours)
    match work.session.application.adopt:
        case "link":
            return _link(work, view, known)
        case "ask":
            return open_conflict(work, view, Conflict.Why.ASKED, found)
        case _:
            reason = _("There is such an account already, and none is to be linked.")
            quarantine_view(work, view, reason=reason)
            return Next.ENDED


def _post(
    work: Work, view: View, desired: Desired, found: Sequence[Mapping[str, Any]]
) -> View | Next:
    """Create it; the intent is kept first, so that nobody creates it twice."""
    link = _intend(work, view)
    view = replace(view, link=link)
    dialect = work.session.dialect
    step = view.steps[0]
    answer = work.ask("POST", path_of(view.kind), body=create_body(dialect, view.kind, step))
    if is_success(answer):
        shown = plain_resource(answer)
        if shown is not None and holder_of(work, desired, str(shown["id"])) is not None:
            return _ask_whose(work, view, shown)
        if shown is not None:
            known = known_created(desired, shown=shown, version=etag_of(shown))
            work.step_done()
            return _link(work, view, known)
        return Next.ANEW  # Created, and not shown: it is looked for.
    if isinstance(work.judge(answer.outcome), MatchAgain):
        return _is_taken(work, view, desired, answer.outcome.detail)
    if answer.status in _REFUSALS:
        Link.objects.filter(pk=link.pk).update(state=Link.State.REFUSED)
    return conclude(work, view, answer.outcome)


def _ask_whose(work: Work, view: View, shown: Mapping[str, Any]) -> Next:
    """Ask somebody: the target made nothing, and answered with the account of another of ours."""
    assert view.link is not None  # noqa: S101 - the intent was kept
    work.refused()
    Link.objects.filter(pk=view.link.pk).update(state=Link.State.REFUSED)
    return open_conflict(work, view, Conflict.Why.TAKEN, [shown])


def _is_taken(work: Work, view: View, desired: Desired, says: str) -> View | Next:
    """Take what stands in the way of a new resource, or ask somebody."""
    assert view.link is not None  # noqa: S101 - the intent was kept
    Link.objects.filter(pk=view.link.pk).update(state=Link.State.REFUSED)
    view.link.state = Link.State.REFUSED
    found = search(work, desired)
    if found.failed is not None:
        return conclude(work, view, found.failed.outcome)
    if found.resources and not _is_decided_to_create(work, desired):
        return _take(work, view, desired, found.resources)
    return open_conflict(work, view, Conflict.Why.REFUSED, found.resources, says=says)


@transaction.atomic
def _intend(work: Work, view: View) -> Link:
    work.write()  # Whoever has lost the operation keeps no link: the target may be another by now.
    link = view.link or Link(
        application=work.session.application, kind=view.kind, object_id=view.object_id
    )
    link.name = view.name
    link.state = Link.State.MAKING
    link.save()
    return link


@transaction.atomic
def _link(work: Work, view: View, known: Known) -> View:
    """Keep the link, and have those brought in step who wait for it."""
    lock_planning(work.session.application)
    link = view.link or Link(
        application=work.session.application, kind=view.kind, object_id=view.object_id
    )
    link.name = view.name
    if view.link is None:
        link.remote_id = known.remote_id
        link.save()
    link.unsettled = {}
    write_known(link, known, before=None)
    work.write()
    queue_who_awaits(work.session.application, view.object_id)
    return replace(view, link=link).with_known(known)
