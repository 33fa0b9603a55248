"""Taking members out of a group where the target refuses how that is usually said.

A server that follows RFC 7644 (Section 3.5.2.2) and is told to remove ``members``, with those to be
removed as the value, removes *all* members.  So that is said to nobody who shows a group's members:
there the list is replaced by those who stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provisioning.engine.paths import path_of
from provisioning.protocol.paths import member, text_of
from provisioning.protocol.steps import Action
from scim.protocol import urns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.client.target import Answer
    from provisioning.engine.asking import Work
    from provisioning.engine.looking import View
    from provisioning.planning.objects import Known
    from provisioning.protocol.steps import Step

_BAD_REQUEST: Final = 400
_NO_TARGET: Final = "noTarget"


def is_gone(step: Step, body: Mapping[str, Any], answer: Answer) -> bool:
    """Tell whether the one member whom a request takes out is not in the group any more.

    Some call that a refusal (RFC 7644, Section 3.12: the filter yields no match).
    """
    if step.action is not Action.REMOVE_MEMBERS or answer.outcome.scim_type != _NO_TARGET:
        return False
    named = [each.get("value") or [each] for each in body["Operations"]]
    return sum(map(len, named)) == 1


def refuses_to_take_out(step: Step, answer: Answer) -> bool:
    """Tell whether a target does not take how members are to be taken out, or one is gone."""
    is_refused = answer.outcome.status == _BAD_REQUEST and answer.outcome.scim_type != "tooMany"
    return step.action is Action.REMOVE_MEMBERS and answer.outcome.method == "PATCH" and is_refused


def shows_who_goes(step: Step, shown: Mapping[str, Any] | None) -> bool:
    """Tell whether a group that was answered with still has whom it was to be without."""
    elements = member(shown or {}, "members")
    if step.action is not Action.REMOVE_MEMBERS or not isinstance(elements, list):
        return False
    listed = {text_of(member(each, "value")) for each in elements}
    return not listed.isdisjoint(step.before.values())


def take_out_of_list(work: Work, view: View, step: Step) -> Answer | None:
    """Let a group have the members that it shows without those who go; return the last answer.

    ``None``: it shows no members.
    """
    assert view.known is not None  # noqa: S101 - what is changed is there
    path = path_of(view.kind, view.known.remote_id)
    read = work.ask("GET", path)
    listed = member(read.json, "members") if read.outcome.is_success else None
    if not isinstance(listed, list) or not listed:
        return None
    gone = {*step.before.values()}
    staying = [each for each in listed if text_of(member(each, "value")) not in gone]
    if len(staying) == len(listed):
        return read
    operation = {"op": "replace", "path": "members", "value": staying}
    return work.ask("PATCH", path, body={"schemas": [urns.PATCH_OP], "Operations": [operation]})


def with_our_members(read: Mapping[str, Any], known: Known) -> Mapping[str, Any]:
    """Return a group that was read with the members that we put in, where it shows none at all.

    Many a target does not show them; sent back without, the group would be empty.
    """
    if not known.members or member(read, "members") is not None:
        return read
    return {**read, "members": [{"value": at} for at in sorted(known.members.values())]}
