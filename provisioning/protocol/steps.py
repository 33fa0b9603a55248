"""One step towards what a target should hold: plain values, before any dialect."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What is pushed; the value is the name of the resource type."""

    USER = "User"
    GROUP = "Group"


class Action(StrEnum):
    """What a step does to one resource of a target."""

    CREATE = "create"
    UPDATE = "update"
    DEACTIVATE = "deactivate"
    REACTIVATE = "reactivate"
    DELETE = "delete"
    ADD_MEMBERS = "add_members"
    REMOVE_MEMBERS = "remove_members"
    SET_ROLES = "set_roles"
    SET_REFERENCE = "set_reference"


class Reason(StrEnum):
    """Why a step is taken; pages say it in words."""

    NEW = "new"
    CHANGED = "changed"
    DRIFTED = "drifted"
    BACK = "back"
    INACTIVE = "inactive"
    DUE = "due"
    LEFT_SCOPE = "left_scope"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Step:
    """What one request does, or a few where members go in chunks; JSON throughout.

    ``before`` and ``after`` hold what changes only:

    - ``CREATE``: ``after`` is the body, without ``schemas``; members and roles follow.
    - ``UPDATE``: path to value on both sides; ``None`` is no value, and clears.
    - ``DEACTIVATE``, ``REACTIVATE``: ``{"active": bool}``.
    - ``DELETE``: nothing is after.
    - ``ADD_MEMBERS``, ``REMOVE_MEMBERS``: object id to remote id, of those who come or go.
    - ``SET_ROLES``: ``{"roles": {key: display}, "entitlements": [key]}``, only values of ours;
      a side is left out that is not pushed.
    - ``SET_REFERENCE``: ``{"manager": remote id or None}``.
    """

    action: Action
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    reason: Reason = Reason.CHANGED
