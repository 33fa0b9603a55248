"""What is tried once when a target refuses a way of saying things, and remembered."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from provisioning.protocol.dialects import MemberRemoval
from provisioning.protocol.steps import Action

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from provisioning.protocol.answers import Outcome
    from provisioning.protocol.dialects import Dialect
    from provisioning.protocol.steps import Step

_UNKNOWN_METHOD: Final = frozenset({HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED})
_TOO_MUCH: Final = frozenset({HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.BAD_REQUEST})
_OTHER: Final = {
    MemberRemoval.PATH: MemberRemoval.VALUE,
    MemberRemoval.VALUE: MemberRemoval.PATH,
}


def fallback(
    dialect: Dialect, step: Step, outcome: Outcome, *, tried: Collection[Dialect] = ()
) -> Dialect | None:
    """Return the dialect to say the step in next, or ``None``: the refusal is meant.

    PATCH that is unknown (405, 501) becomes PUT; a chunk of members that is refused (413, 400) is
    halved, and one that is removed is named in the other way first; a path with a filter that is
    refused becomes the whole list.  ``tried`` are those that the step was said in before; the
    caller remembers the one that the target accepts.
    """
    if outcome.method != "PATCH":
        return None
    before = {dialect, *tried}
    return next((each for each in _ways(dialect, step, outcome) if each not in before), None)


def _ways(dialect: Dialect, step: Step, outcome: Outcome) -> Iterator[Dialect]:
    if outcome.status in _UNKNOWN_METHOD and dialect.put:
        yield replace(dialect, patch=False)
    if outcome.status not in _TOO_MUCH:
        return
    is_refused = outcome.status == HTTPStatus.BAD_REQUEST
    # Of whom is not in a group the other way would take everybody out at some.
    others = {"tooMany", "noTarget"}
    if is_refused and step.action is Action.REMOVE_MEMBERS and outcome.scim_type not in others:
        yield replace(dialect, member_removal=_OTHER[dialect.member_removal])
    if step.action in {Action.ADD_MEMBERS, Action.REMOVE_MEMBERS}:
        sent = min(len(step.before) + len(step.after), dialect.member_chunk)
        if sent > 1:
            yield replace(dialect, member_chunk=sent // 2)
    elif is_refused and dialect.value_paths and _selects(step):
        yield replace(dialect, value_paths=False)


def _selects(step: Step) -> bool:
    return step.action is Action.SET_ROLES or any("[" in path for path in step.after)
