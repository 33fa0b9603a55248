"""Whom a change concerns at an application: from entries of the trail to objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from accounts.identifiers import read_uuid
from accounts.models import DirectoryGroupMember
from provisioning.models import Application, LinkMember
from provisioning.storage.scope import people_below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from accounts.storage.changes import Change

_MOVED: Final = ("added", "removed")
_OF_APPLICATIONS: Final = frozenset({"application", "applicationrole"})
_NOTHING_FOLLOWS: Final = frozenset(
    {
        "application.conflict_resolved",
        "application.connection_tested",
        "application.credential_replaced",
        "application.exchange_revealed",
        "application.paused",
        "application.person_provisioned",
        "application.plan_made",
        "application.plan_sent",
        "application.quarantine_lifted",
        "application.quarantined",
        "application.removals_allowed",
        "application.removals_held",
        "application.removals_refused",
        "application.renamed",
        "application.retried",
        "application.run_started",
        "application.run_stopped",
    }
)
"""Entries about applications after which the target should hold what it should before."""
_FOR_EVERYBODY_IN_IT: Final = frozenset({"group.mapping_changed", "group.deleted"})


@dataclass(slots=True)
class Concerned:
    """The ids of the people and groups whom changes concern, or everybody."""

    users: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    everything: bool = False


def concerned_by(*, application: Application, changes: Sequence[Change]) -> Concerned:
    """Return who has to be looked at anew at an application after these changes."""
    found = Concerned()
    nested: set[UUID] = set()
    for change in changes:
        if change.target_type in _OF_APPLICATIONS:
            found.everything = found.everything or _decides(change, application)
        elif change.target_type == "user":
            found.users.add(change.target_id)
        elif change.target_type == "directorygroup":
            found.groups.add(change.target_id)
            nested |= _moved_with(change)
            found.users |= set(_moved(change.details))
        elif change.target_type == "accessprofile":
            found.users |= set(_moved(change.details))
            found.everything = found.everything or change.action == "profile.deleted"
    if not found.everything:
        _expand(application, found, nested)
    return found


def _decides(change: Change, application: Application) -> bool:
    """Tell whether everybody of the application has to be looked at anew."""
    if change.action in _NOTHING_FOLLOWS:
        return False
    return change.target_type != "application" or change.target_id == str(application.pk)


def _moved_with(change: Change) -> set[UUID]:
    """Return the groups whose people may come or go, or be given something else, with a change."""
    keys = [*_moved(change.details)]
    if change.action in _FOR_EVERYBODY_IN_IT:
        keys.append(change.target_id)
    return {key for text in keys if (key := read_uuid(text))}


def _moved(details: dict[str, Any]) -> Iterator[str]:
    for name in _MOVED:
        listed = details.get(name)
        if isinstance(listed, list):
            yield from _texts(listed)
        elif isinstance(listed, dict):
            yield from listed


def _texts(listed: Iterable[Any]) -> Iterator[str]:
    for each in listed:
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict) and isinstance(each.get("id"), str):
            yield each["id"]


def _expand(application: Application, found: Concerned, nested: set[UUID]) -> None:
    """Add everybody in groups that came or went, and the groups that hold who is concerned."""
    below = people_below(tenant_id=application.tenant_id, ids=nested)
    found.users |= {str(key) for key in below}
    found.groups |= {str(key) for key in nested}
    keys = [key for text in found.users if (key := read_uuid(text))]
    holding = DirectoryGroupMember.objects.filter(user__in=keys).values_list("group_id", flat=True)
    found.groups |= {str(key) for key in holding.distinct()}
    put_in = LinkMember.objects.filter(
        link__application=application, object_id__in=found.users | found.groups
    )
    found.groups |= set(put_in.values_list("link__object_id", flat=True).distinct())
