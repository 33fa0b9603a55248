"""Saying a step to the target in its dialect, and trying once what it may understand instead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from provisioning.engine.asking import Next
from provisioning.engine.ending import end_with, quarantine_view
from provisioning.engine.known import plan_deletion, write_known
from provisioning.engine.looking import deletes_later
from provisioning.engine.members_there import (
    is_gone,
    refuses_to_take_out,
    shows_who_goes,
    take_out_of_list,
    with_our_members,
)
from provisioning.engine.paths import path_of
from provisioning.engine.verdicts import conclude
from provisioning.planning.outcomes import known_after
from provisioning.planning.values import last_seen
from provisioning.protocol.answers import id_of
from provisioning.protocol.dialects import MemberRemoval
from provisioning.protocol.fallbacks import fallback
from provisioning.protocol.paths import member, text_of
from provisioning.protocol.requests import needs_read, patch_bodies, put_body
from provisioning.protocol.steps import Action, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provisioning.client.target import Answer
    from provisioning.engine.asking import Work
    from provisioning.engine.looking import View
    from provisioning.planning.objects import Known
    from provisioning.protocol.dialects import Dialect
    from provisioning.protocol.steps import Step

_LONGEST_VERSION: Final = 500
"""Characters of a version that a link keeps; a longer one is none."""


def send(work: Work, view: View, step: Step) -> View | Next:
    """Do a step that changes a resource; return the object as it is known then."""
    known = view.known
    assert known is not None  # noqa: S101 - what is changed is there
    said = _said_somehow(work, view, step)
    if isinstance(said, Next):
        return said
    shown = plain_resource(said) if said else None
    shown = shown if shown and _is_of(shown, known) else None
    undone = _why_undone(work, view, step, shown)
    if undone:
        quarantine_view(work, view, reason=undone)
        return Next.ENDED
    after = known_after(known, step, shown=shown, version=etag_of(shown))
    assert after is not None  # noqa: S101 - no step but a deletion leaves nothing
    return keep(work, view, step, after)


def _why_undone(work: Work, view: View, step: Step, shown: Mapping[str, Any] | None) -> str:
    """Return why what was answered as done is not: an answer may show what was before."""
    if step.action is Action.DEACTIVATE and _is_shown_active(shown) and _is_active(work, view):
        return _("It was to be deactivated, was answered as done, and is active still.")
    if shows_who_goes(step, shown):
        listed = take_out_of_list(work, view, step)
        if listed is not None and not is_success(listed):
            return _("Members were to be taken out, which was answered as done: they are in still.")
    return ""


def _said_somehow(work: Work, view: View, step: Step) -> Answer | Next | None:
    """Say a step as the target takes it, and remember how; return what it answered."""
    dialect = work.session.dialect
    tried: list[Dialect] = []
    while True:
        said = _say(work, view, step, dialect)
        if isinstance(said, Next):
            return said
        if said is None or is_success(said):
            break
        if not tried and refuses_to_take_out(step, said):
            listed = take_out_of_list(work, view, step)
            if listed is not None and is_success(listed):
                return listed
            # Who shows members, and is told to remove them with those who go, may remove all.
            tried += [replace(dialect, member_removal=MemberRemoval.VALUE)] if listed else []
        tried.append(dialect)
        other = fallback(dialect, step, said.outcome, tried=tried)
        if other is None:
            return conclude(work, view, said.outcome)
        dialect = other
    if dialect != work.session.dialect:
        work.session.remember(dialect)
    return said


@transaction.atomic
def keep(work: Work, view: View, step: Step, after: Known) -> View | Next:
    """Keep what is known after a step that was done, and that it was.

    With the last step of a person who waits for nobody, the operation ends.
    """
    link = view.link
    assert link is not None  # noqa: S101
    assert view.known is not None  # noqa: S101
    if step.action is Action.DEACTIVATE and step.reason is Reason.DRIFTED:
        link.drift = {}  # When they are to be deleted was said when they left.
    elif step.action is Action.DEACTIVATE:
        days = work.session.application.delete_after_days if deletes_later(view) else None
        plan_deletion(link, days=days)
    elif step.action is Action.REACTIVATE:
        link.deactivated_at = link.delete_due = None
    work.step_done()
    link.unsettled = {}
    kept = replace(view, known=after, steps=view.steps[1:])
    if not kept.steps and not kept.may_await:
        end_with(work, kept, link)
        write_known(link, after, before=view.known)
        return Next.ENDED
    work.write()
    write_known(link, after, before=view.known)
    return kept


def is_success(answer: Answer) -> bool:
    """Tell whether the target did what it was asked to."""
    return answer.outcome.is_success


def plain_resource(answer: Answer) -> Mapping[str, Any] | None:
    """Return the resource that a target answered with, if it did."""
    return answer.json if id_of(answer.json) else None


def _is_of(shown: Mapping[str, Any], known: Known) -> bool:
    """Tell whether a resource is the one that is known, as far as it says which it is."""
    is_list = isinstance(member(shown, "Resources"), list)
    return not is_list and id_of(shown).lower() in {"", known.remote_id.lower()}


def _is_shown_active(shown: Mapping[str, Any] | None) -> bool:
    return text_of(member(shown or {}, "active")).lower() == "true"


def _is_active(work: Work, view: View) -> bool:
    """Ask whether somebody is active: an answer may show them as they were before."""
    assert view.known is not None  # noqa: S101 - who is deactivated is there
    return _is_shown_active(
        plain_resource(work.ask("GET", path_of(view.kind, view.known.remote_id)))
    )


def etag_of(resource: Mapping[str, Any] | None) -> str:
    """Return the version that a resource says it has."""
    meta = (resource or {}).get("meta")
    version = meta.get("version") if isinstance(meta, dict) else None
    return version if isinstance(version, str) and len(version) <= _LONGEST_VERSION else ""


def _say(work: Work, view: View, step: Step, dialect: Dialect) -> Answer | Next | None:
    """Send the requests of a step in a dialect; return the first that failed, or the last.

    ``None``: nothing of it can be said in this dialect, so that nothing has to be.
    """
    assert view.known is not None  # noqa: S101 - what is changed is there
    path = path_of(view.kind, view.known.remote_id)
    seen: Mapping[str, Any] = last_seen(view.known)
    version = ""
    if needs_read(dialect, step):
        read = work.ask("GET", path)
        if not is_success(read):
            return conclude(work, view, read.outcome)
        if not isinstance(read.json, dict):
            return conclude(work, view, replace(read.outcome, status=502, is_readable=False))
        if not _is_of(read.json, view.known):
            # Whoever it shows, what is sent back would make of ours.
            detail = _("It answered with something else than was asked for.")
            return conclude(work, view, replace(read.outcome, status=502, detail=detail))
        seen = with_our_members(read.json, view.known)
        version = etag_of(read.json) or read.headers.get("etag", "")
    if not dialect.patch:
        body = put_body(dialect, view.kind, step, seen)
        return work.ask("PUT", path, body=body, if_match=version if dialect.etags else "")
    return _say_in_turn(work, step, path, patch_bodies(dialect, step, seen))


def _say_in_turn(
    work: Work, step: Step, path: str, bodies: Sequence[Mapping[str, Any]]
) -> Answer | None:
    answer: Answer | None = None
    work.is_partly_done = False
    for body in bodies:
        said = work.ask("PATCH", path, body=body)
        if is_gone(step, body, said):
            continue
        answer = said
        if not is_success(answer):
            return answer
        work.is_partly_done = True
    return answer
