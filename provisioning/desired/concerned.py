"""Whom a change concerns at an application: from entries of the trail to objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from accounts.identifiers import read_uuid
from accounts.models import DirectoryGroupMember
from accounts.storage.memberships import groups_below
from provisioning.models import ApplicationMapping, ApplicationRole, LinkMember
from provisioning.protocol.steps import Kind
from provisioning.storage.memberships_there import groups_not_as_wanted
from provisioning.storage.scope import people_below, people_in_scope_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from uuid import UUID

    from accounts.storage.changes import Change
    from provisioning.models import Application

_MOVED: Final = ("added", "removed")
NOTHING_FOLLOWS: Final = frozenset(
    {
        "access_request.asked",
        "access_request.end_changed",
        "access_request.end_mail_sent",
        "access_request.ended",
        "access_request.granted",
        "access_request.lapsed",
        "access_request.refused",
        "access_request.turned_down",
        "access_request.withdrawn",
        "application.conflict_resolved",
        "application.credential_replaced",
        "application.credential_voided",
        "application.exchange_revealed",
        "application.found_decided",
        "application.import_begun",
        "application.import_rule_changed",
        "application.host_left",
        "application.paused",
        "application.person_provisioned",
        "application.plan_made",
        "application.plan_sent",
        "application.put_back",
        "application.quarantine_lifted",
        "application.quarantined",
        "application.removals_allowed",
        "application.removals_held",
        "application.removals_refused",
        "application.retried",
        "application.run_started",
        "application.run_stopped",
        "application.stuck_mail_sent",
        "break_glass.link_made",
        "break_glass.signed_in",
        "group.licenses_changed",
        "held_change.carried_out",
        "held_change.opened",
        "held_change.refused",
        "held_change.taken_back",
        "invitation.link_made",
        "license.given_back",
        "license.granted",
        "license.left_by_groups",
        "license.left_to_groups",
        "license.refused",
        "license.released",
        "license.waiting",
        "password_reset.asked",
        "password_reset.done",
        "password_reset.refused",
        "profile.applications_changed",
        "profile.created",
        "profile.sources_changed",
        "profile.updated",
        "recovery_code.refused",
        "recovery_code.signed_in",
        "recovery_code.used",
        "recovery_codes.made",
        "session.ended",
        "session.ended_everywhere",
        "session.ended_others",
        "user.deactivation_confirmed",
        "user.password_changed",
        "user.session_replaced",
        "user.signed_in",
    }
)
"""Entries about people, groups, profiles and applications after which targets should hold what
they should before.
"""
_FOR_EVERYBODY_IN_IT: Final = frozenset({"group.mapping_changed", "group.deleted"})
_RENAMED: Final = "display_name"


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
        if change.action in NOTHING_FOLLOWS:
            continue
        if _is_for_everybody(change, application):
            found.everything = True
        elif change.target_type == "user":
            found.users.add(change.target_id)
        elif change.target_type == "directorygroup":
            found.groups.add(change.target_id)
            nested |= _moved_with(change, application)
            found.users |= set(_moved(change.details))
        elif change.target_type == "accessprofile":
            found.users |= set(_moved(change.details))
    if not found.everything:
        _expand(application, found, nested)
    return found


def _is_for_everybody(change: Change, application: Application) -> bool:
    """Tell whether everybody of the application has to be looked at anew."""
    if change.target_type == "application":
        return change.target_id == str(application.pk)
    if change.target_type == "applicationrole":
        # One that is gone may have been this application's.
        others = ApplicationRole.objects.exclude(application=application)
        return not others.filter(pk=change.target_id).exists()
    if change.action == "source.mapping_changed":
        return change.target_id == str(application.source_id)
    return change.action in {"profile.deleted", "source.deleted"}


def _moved_with(change: Change, application: Application) -> set[UUID]:
    """Return the groups whose people may come or go, or be given something else, with a change."""
    keys = [*_moved(change.details)]
    if change.action in _FOR_EVERYBODY_IN_IT or (
        _RENAMED in change.details.get("changes", {}) and _sends_names_of_groups(application)
    ):
        keys.append(change.target_id)
    return {key for text in keys if (key := read_uuid(text))}


def _sends_names_of_groups(application: Application) -> bool:
    """Tell whether a row for people reads what their groups are called."""
    rows = ApplicationMapping.objects.filter(application=application, resource=Kind.USER)
    return rows.filter(source__icontains="groups").exists()


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
    found.groups |= {str(key) for key in groups_below(nested)}
    put_in = LinkMember.objects.filter(
        link__application=application, object_id__in=list(found.groups)
    )
    found.groups |= set(put_in.values_list("link__object_id", flat=True).distinct())
    found.groups |= _groups_of(application, found.users)


def groups_with(*, application: Application, people: Collection[str]) -> set[str]:
    """Return all groups that people are in, here or there, as they should be or not."""
    keys = [key for text in people if (key := read_uuid(text))]
    holding = DirectoryGroupMember.objects.filter(user__in=keys).values_list("group_id", flat=True)
    put_in = LinkMember.objects.filter(
        link__application=application, object_id__in=list(people)
    ).values_list("link__object_id", flat=True)
    return {str(key) for key in holding.distinct()} | set(put_in.distinct())


def _groups_of(application: Application, people: Collection[str]) -> set[str]:
    """Return the groups that have to be looked at because of people, and with all who are in them.

    Most changes of people concern no group: who is in it there, stays in it.
    """
    keys = [key for text in people if (key := read_uuid(text))]
    if not keys:
        return set()
    which = {"tenant_id": application.tenant_id, "application_id": application.pk}
    wanted = people_in_scope_of(**which, ids=keys)
    groups = groups_not_as_wanted(**which, people=keys, wanted=wanted)
    return {each.object_id for each in groups if each.is_known or application.create_groups}
