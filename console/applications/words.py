"""How pages of applications say states, actions, moments and values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from provisioning.models import OperationState
from provisioning.planning.objects import Cause
from provisioning.protocol.steps import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from provisioning.models import Operation

STATE_KINDS: Final = {
    OperationState.PLANNED: "",
    OperationState.WAITING: "busy",
    OperationState.RUNNING: "busy",
    OperationState.UNKNOWN: "busy",
    OperationState.HELD: "warn",
    OperationState.REFUSED: "",
    OperationState.DONE: "good",
    OperationState.FAILED: "bad",
    OperationState.QUARANTINED: "bad",
    OperationState.CANCELLED: "",
}
ACTIONS: Final = {
    Action.CREATE: gettext_lazy("Create"),
    Action.UPDATE: gettext_lazy("Change"),
    Action.DEACTIVATE: gettext_lazy("Deactivate"),
    Action.REACTIVATE: gettext_lazy("Reactivate"),
    Action.DELETE: gettext_lazy("Delete"),
    Action.ADD_MEMBERS: gettext_lazy("Add members"),
    Action.REMOVE_MEMBERS: gettext_lazy("Remove members"),
    Action.SET_ROLES: gettext_lazy("Set roles"),
    Action.SET_REFERENCE: gettext_lazy("Set manager"),
}
ACTION_KINDS: Final = {
    Action.CREATE: "good",
    Action.DEACTIVATE: "warn",
    Action.DELETE: "bad",
    Action.REMOVE_MEMBERS: "warn",
}
CAUSES: Final = {
    Cause.LEFT_SCOPE: gettext_lazy("out of scope"),
    Cause.DEACTIVATED: gettext_lazy("deactivated here"),
    Cause.DELETED: gettext_lazy("deleted here"),
}
UNREADABLE: Final = gettext_lazy(
    "What is stored was encrypted with a key that is not configured any more. Enter the credential "
    "anew, or let the operator of this deployment add the key to the previous secret keys."
)
_SECOND: Final = 1
_MINUTE: Final = 60


def in_milliseconds(seconds: float) -> str:
    """Return how long something took, in words; empty if it took no time worth saying."""
    if not seconds:
        return ""
    if seconds < _SECOND:
        return _("%(n)s ms") % {"n": round(seconds * 1000)}
    return _("%(n)s s") % {"n": f"{seconds:.1f}"}


def how_long_ago(moment: datetime) -> str:
    """Return how long ago something was, to the second while it is less than a minute."""
    seconds = int((timezone.now() - moment).total_seconds())
    if seconds < _MINUTE:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": max(seconds, 0)}
    return timesince(moment)


def action_label(value: str) -> str:
    """Return what the main action of an operation is called."""
    return str(ACTIONS.get(Action(value), value)) if value in set(Action) else value


def action_kind(value: str) -> str:
    """Return the colour of a tag with the action."""
    return ACTION_KINDS.get(Action(value), "") if value in set(Action) else ""


def cause_label(value: str) -> str:
    """Return why somebody leaves, in words."""
    return str(CAUSES[Cause(value)]) if value in set(Cause) else ""


def steps_in_words(operation: Operation) -> list[dict[str, Any]]:
    """Return what an operation does, step by step: its name, and values before and after."""
    return [
        {
            "title": action_label(str(step.get("action", ""))),
            "changes": list(_changes(step)),
        }
        for step in operation.steps
    ]


def _changes(step: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    before, after = step.get("before") or {}, step.get("after") or {}
    if step.get("action") in {Action.ADD_MEMBERS, Action.REMOVE_MEMBERS}:
        yield {"label": _("Members"), "before": _people(before), "after": _people(after)}
        return
    yield from changes_between(before, after)


def changes_between(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[dict[str, str]]:
    """Yield each attribute of either side with its values as text; empty where there is none."""
    was, becomes = dict(_flat(before)), dict(_flat(after))
    for path in dict.fromkeys([*was, *becomes]):
        yield {
            "label": path,
            "before": value_text(was.get(path)),
            "after": value_text(becomes.get(path)),
        }


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield attributes that have parts part by part, as paths name them."""
    for name, value in values.items():
        path = f"{above}{name}"
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{path}.")
        elif isinstance(value, list) and _is_typed(value):
            yield from ((f"{path}[{each['type']}]", each["value"]) for each in value)
        else:
            yield path, value


def _is_typed(values: list[Any]) -> bool:
    """Whether each value has a type and nothing else that is worth telling."""
    kinds = [each.get("type") for each in values if isinstance(each, dict) and "value" in each]
    return bool(values) and len({kind for kind in kinds if kind}) == len(values)


def _people(members: Mapping[str, Any]) -> str:
    if not members:
        return ""
    count = len(members)
    return ngettext("%(n)s member", "%(n)s members", count) % {"n": count}


def value_text(value: Any) -> str:
    """Return a value of a resource as people read it; empty if there is none."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, indent=1)
    return str(value)
