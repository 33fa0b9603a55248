"""Finding out what became of a step that nobody answered, before anything else is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from provisioning.engine.asking import Next
from provisioning.engine.known import write_known
from provisioning.engine.paths import path_of
from provisioning.engine.sending import etag_of, is_success, plain_resource
from provisioning.engine.verdicts import conclude
from provisioning.planning.settling import known_settled
from provisioning.protocol.steps import Action, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.engine.asking import Work
    from provisioning.engine.looking import View

_TOLD_OTHERWISE: Final = frozenset({Action.CREATE, Action.DELETE})
"""A creation is looked for, and a deletion that is done twice is done."""


def settle(work: Work, view: View) -> View | Next:
    """Read a resource of which a step was asked for without an answer; know it as it is shown."""
    link, known = view.link, view.known
    asked = work.unanswered or (link.unsettled if link is not None else {})
    if not asked or link is None or known is None:
        return view
    if Action(asked["action"]) in _TOLD_OTHERWISE:
        return view
    answer = work.ask("GET", path_of(view.kind, known.remote_id))
    shown = plain_resource(answer)
    if not is_success(answer) or shown is None:
        return conclude(work, view, answer.outcome)
    settled = known_settled(known, _step(asked), shown=shown, version=etag_of(shown))
    work.steps = [each for each in work.steps if "done" in each]
    with transaction.atomic():
        work.write()
        link.unsettled = {}
        write_known(link, settled, before=known)
    return view.with_known(settled)


def _step(kept: Mapping[str, Any]) -> Step:
    return Step(Action(kept["action"]), kept["before"], kept["after"])
