"""Creating an object at a target: looked for first, so that it is there once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from provisioning.engine.asking import Next
from provisioning.engine.conflicting import open_conflict
from provisioning.engine.ending import cancel, quarantine_view
from provisioning.engine.known import write_known
from provisioning.engine.late import queue_who_awaits
from provisioning.engine.matching import holder_of, is_under_way, search, search_list
from provisioning.engine.paths import path_of
from provisioning.engine.rows import lock_planning
from provisioning.engine.sending import etag_of, is_success, plain_resource
from provisioning.engine.verdicts import conclude
from provisioning.models import Conflict, Link
from provisioning.planning.outcomes import known_adopted, known_created, known_found_again
from provisioning.planning.retrying import SHORTEST, MatchAgain
from provisioning.protocol.answers import id_of
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
    known_others = _others_of_decision(work, desired)
    if known_others is not None and not _may_have_made_it(view):
        return _post(work, view, desired)
    found = search(work, desired)
    if found.failed is not None:
        return conclude(work, view, found.failed.outcome)
    if not found.was_searched and _may_have_made_it(view):
        found = search_list(work, desired)
        if not found.was_searched:
            reason = _("It may be there already, and the target lists and finds nothing.")
            quarantine_view(work, view, reason=reason)
            return Next.ENDED
    resources = [each for each in found.resources if id_of(each) not in (known_others or ())]
    if resources:
        return _take(work, view, desired, resources)
    if desired.is_from_there:
        cancel(work, reason=_("It came from there and is no longer there: it is not made anew."))
        return Next.ENDED
    return _post(work, view, desired)


def _may_have_made_it(view: View) -> bool:
    """Tell whether a POST was begun of which no answer was kept."""
    return view.link is not None and view.link.state in {Link.State.MAKING, Link.State.UNKNOWN}


def _others_of_decision(work: Work, desired: Desired) -> set[str] | None:
    """Return the accounts beside which somebody wants another one; ``None``: nobody does."""
    decided = Conflict.objects.filter(
        application=work.session.application,
        kind=desired.kind,
        object_id=desired.object_id,
        state=Conflict.State.CREATED,
    ).first()
    return None if decided is None else {id_of(each) for each in decided.candidates}


def _take(
    work: Work, view: View, desired: Desired, found: Sequence[Mapping[str, Any]]
) -> View | Next:
    """Link the one resource that matches, as the application wants it, or ask somebody."""
    if len(found) > 1:
        return open_conflict(work, view, Conflict.Why.SEVERAL, found)
    [resource] = found
    holder = holder_of(work, desired, id_of(resource))
    if holder is not None:
        return _is_of_another(work, view, holder, found)
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


def _post(work: Work, view: View, desired: Desired) -> View | Next:
    """Create it; the intent is kept first, so that nobody creates it twice."""
    link = _intend(work, view)
    view = replace(view, link=link)
    dialect = work.session.dialect
    step = view.steps[0]
    answer = work.ask("POST", path_of(view.kind), body=create_body(dialect, view.kind, step))
    if is_success(answer):
        shown = plain_resource(answer)
        if shown is not None and holder_of(work, desired, id_of(shown)) is not None:
            return _ask_whose(work, view, shown)
        if shown is not None:
            known = known_created(desired, shown=shown, version=etag_of(shown))
            work.step_done()
            return _link(work, view, known)
        return _find_made(work, view, desired)
    if isinstance(work.judge(answer.outcome), MatchAgain):
        return _is_taken(work, view, desired, answer.outcome.detail)
    if answer.status in _REFUSALS:
        Link.objects.filter(pk=link.pk).update(state=Link.State.REFUSED)
    return conclude(work, view, answer.outcome)


def _is_of_another(
    work: Work, view: View, holder: Link, found: Sequence[Mapping[str, Any]]
) -> Next:
    """Ask somebody; but wait while something is under way of another object: it may be renamed."""
    if not is_under_way(work.session.application, holder):
        return open_conflict(work, view, Conflict.Why.TAKEN, found)
    reason = _("The account is that of somebody else, of whom something is under way.")
    work.put_back(when=timezone.now() + SHORTEST, reason=reason)
    return Next.ENDED


def _find_made(work: Work, view: View, desired: Desired) -> View | Next:
    """Look for what was answered as created and not shown; it is not created again unasked."""
    found = search(work, desired)
    if found.failed is not None:
        return conclude(work, view, found.failed.outcome)
    if not found.was_searched:
        found = search_list(work, desired)
    others = _others_of_decision(work, desired) or ()
    made = [each for each in found.resources if id_of(each) not in others]
    if made:
        return _take(work, view, desired, made)
    reason = _("It was answered as created, and is not found there. Look there, then try it again.")
    quarantine_view(work, view, reason=reason)
    return Next.ENDED


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
    if not found.was_searched:
        found = search_list(work, desired)
    if found.resources and _others_of_decision(work, desired) is None:
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
