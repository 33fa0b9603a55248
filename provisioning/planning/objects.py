"""What planning compares: what a target should hold, what is known of it, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.protocol.steps import Kind


class Cause(StrEnum):
    """Why somebody leaves an application."""

    LEFT_SCOPE = "left_scope"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"


class Departure(StrEnum):
    """What is done at the target with whoever leaves."""

    NOTHING = "nothing"
    DEACTIVATE = "deactivate"
    DELETE = "delete"
    DEACTIVATE_THEN_DELETE = "deactivate_then_delete"


class Drift(StrEnum):
    """What is done about a value that somebody else changed at the target."""

    REPORT = "report"
    OVERWRITE = "overwrite"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Desired:
    """What a target should hold of one object of ours.

    Attributes:
        object_id: Our id: the text of a UUID, or ``role:editor``, ``profile:7``.
        name: What people call it.
        resource: Attributes as mapped, nested as on the wire; no ``id``, ``meta``, ``schemas``,
            ``members``, ``roles``, ``entitlements`` or manager.
        on_create: The same, of what is sent only when it is created.
        filled: Every path that a mapping row fills, whether it has a value or not; a path without
            one in ``resource`` is cleared at the target.  What no path names is left alone.
        match: (attribute path, value) in the order in which they are tried.
        active: What ``active`` should be; a row that fills ``active`` says it here.
        roles: (key, display).
        entitlements: Keys of permissions.
        manager: The object id of a person.
        members: Object ids of people and of nested groups that are pushed.
        is_from_there: The target is the system that the object came from: it is linked, and never
            created.
    """

    kind: Kind
    object_id: str
    name: str
    resource: Mapping[str, Any]
    on_create: Mapping[str, Any] = field(default_factory=dict)
    filled: frozenset[str] = frozenset()
    match: tuple[tuple[str, str], ...] = ()
    active: bool = True
    roles: tuple[tuple[str, str], ...] = ()
    entitlements: tuple[str, ...] = ()
    manager: str | None = None
    members: frozenset[str] = frozenset()
    is_from_there: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What our link says of the remote object.

    Attributes:
        kind: What it is: known as well of what is desired no more.
        adopted: It was there before us; nobody deletes it unless adopted accounts are owned.
        applied: Path to value, canonical: what we last wrote there, or found in step.  It is what
            we want there as of the last write; drift does not change it.
        seen: The canonical resource as the target last showed it, without members; empty when it
            never did.
        unkept: Paths at which the target did not show what we had just written: there nothing is
            overwritten as drift, or it would be at every run.
        version: Its ETag, or ``""``.
        is_active: Whether we left it active, or linked it so.
        is_tombstone: We deleted it, and the target has not confirmed that yet.
        is_delete_due: The days between deactivating and deleting have passed.
        roles: Key to display, of those that *we* set.
        entitlements: Keys that *we* set.
        members: Object id to remote id, of those that *we* put in.
        unsure: Object ids of members of whom we do not know whether they were put in.
        manager: The remote id that we set as manager, or ``None``.
    """

    kind: Kind
    remote_id: str
    adopted: bool = False
    applied: Mapping[str, Any] = field(default_factory=dict)
    seen: Mapping[str, Any] = field(default_factory=dict)
    unkept: frozenset[str] = frozenset()
    version: str = ""
    is_active: bool = True
    is_tombstone: bool = False
    is_delete_due: bool = False
    roles: Mapping[str, str] = field(default_factory=dict)
    entitlements: frozenset[str] = frozenset()
    members: Mapping[str, str] = field(default_factory=dict)
    unsure: frozenset[str] = frozenset()
    manager: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The switches of an application, and what it does with whoever leaves.

    Attributes:
        push_roles: Roles of a user are added and removed.
        push_permissions: Permissions of a user are.
        own_adopted: What was there before us may be deleted as well.
        drift_of: Attributes (or paths) for which another rule than ``drift`` holds.
        target_deletes: Whether the target deletes at all; one that only deactivates instead is
            asked to deactivate.
        lists_members: Whether a group that the target shows without members is empty; else it may
            just not show them.
    """

    create_users: bool = True
    update_users: bool = True
    delete_users: bool = True
    create_groups: bool = True
    update_groups: bool = True
    delete_groups: bool = True
    push_memberships: bool = True
    push_roles: bool = False
    push_permissions: bool = False
    departures: Mapping[Cause, Departure] = field(default_factory=dict)
    own_adopted: bool = False
    drift: Drift = Drift.REPORT
    drift_of: Mapping[str, Drift] = field(default_factory=dict)
    target_deletes: bool = True
    lists_members: bool = False

    def departure(self, cause: Cause | None, *, adopted: bool, may_delete: bool) -> Departure:
        """Return what is done with what leaves for a cause; nothing without one.

        What may not be deleted is deactivated instead.
        """
        chosen = self.departures.get(cause, Departure.NOTHING) if cause else Departure.NOTHING
        deletes = may_delete and self.target_deletes and (self.own_adopted or not adopted)
        if deletes or chosen is Departure.NOTHING:
            return chosen
        return Departure.DEACTIVATE

    def drift_at(self, head: str, path: str) -> Drift:
        """Return what is done about drift at a path of the attribute ``head``."""
        return self.drift_of.get(path, self.drift_of.get(head, self.drift))
