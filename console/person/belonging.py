"""The role, the access profiles and the directory groups of a person, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, ProfileMembership
from accounts.storage.groups_around_person import (
    groups_around,
    groups_giving_profiles,
    groups_giving_role,
)
from accounts.trail.sentences import actor_in_words
from console.base.moments import told_within
from console.person.look import MOST, group_link

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.storage.groups_around_person import Around, GroupAround
    from console.person.look import Look

_GIVERS = 3
"""How many groups are named that give the same role."""


class _Joined(NamedTuple):
    who: str
    at: datetime


def belonging(look: Look) -> dict[str, Any]:
    """Return role, profiles and groups, and through what or by whom the person has each."""
    person = look.person
    joined = _who_let_them_in(look)
    held = list(
        ProfileMembership.objects.filter(user=person)
        .select_related("profile")
        .order_by("profile__name")[: MOST + 1]
    )
    givers = groups_giving_profiles(
        person.pk, [each.profile_id for each in held if each.by_group][:MOST]
    )
    groups = groups_around(person.pk, most=MOST)
    return {
        "role": person.get_role_display(),
        "role_why": _why_the_role(look),
        "profiles": [_profile(each, givers, joined) for each in held[:MOST]],
        "has_more_profiles": len(held) > MOST,
        "groups": [_group(each, joined) for each in groups.first],
        "more_groups": groups.number - len(groups.first),
    }


def _why_the_role(look: Look) -> str:
    giving = groups_giving_role(look.person.pk, look.person.role, most=_GIVERS)
    changed = AuditEntry.objects.filter(
        target_type="user", target_id=str(look.person.pk), action="user.role_changed"
    ).values_list("actor", "at")[:1]
    last = [_by(_Joined(*each)) for each in changed]
    if not giving.first:
        return last[0] if last else _("Since they were created")
    through = format_html(_("Through {groups}"), groups=_named(giving))
    return format_html("{}. {}", through, last[0]) if last else through


def _named(giving: Around) -> str:
    names = format_html_join(
        ", ", "{}", ((group_link(each.id, each.name),) for each in giving.first)
    )
    more = giving.number - len(giving.first)
    return format_html(_("{names} and {n} more"), names=names, n=more) if more else names


def _profile(
    held: ProfileMembership, givers: Mapping[int, GroupAround], joined: Mapping[str, _Joined]
) -> dict[str, Any]:
    giver = givers.get(held.profile_id) if held.by_group else None
    entry = joined.get(f"accessprofile:{held.profile_id}")
    why: str
    if giver is not None:
        why = format_html(_("Through {groups}"), groups=group_link(giver.id, giver.name))
    else:
        why = _by(entry) if entry else _("By hand")
    return {"name": held.profile.name, "key": held.profile_id, "why": why}


def _group(each: GroupAround, joined: Mapping[str, _Joined]) -> dict[str, Any]:
    entry = joined.get(f"directorygroup:{each.id}")
    if each.through:
        why: str = format_html(_("Through the group {group}"), group=each.through)
    else:
        why = _by(entry) if entry else _("Named as a member")
    return {"link": group_link(each.id, each.name), "why": why}


def _by(joined: _Joined) -> str:
    return format_html(
        _("By {who}, {when}"), who=actor_in_words(joined.who), when=told_within(joined.at)
    )


def _who_let_them_in(look: Look) -> dict[str, _Joined]:
    """Return by kind and key of a group who put the person there last, as the trail has it."""
    key = str(look.person.pk)
    entries = (
        AuditEntry.objects.filter(details__has_key="added", details__added__has_any_keys=[key])
        .order_by("target_id", "-id")
        .distinct("target_id")
        .values_list("target_type", "target_id", "actor", "at")
    )
    return {f"{kind}:{target}": _Joined(who, at) for kind, target, who, at in entries}
