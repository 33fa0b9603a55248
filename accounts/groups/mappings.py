"""What a directory group gives its members, and the custom attributes of the group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.groups.group_rules import apply_profiles, apply_roles
from accounts.models import (
    AccessProfile,
    DirectoryGroup,
    DirectoryGroupAttribute,
    DirectoryGroupProfile,
    Role,
)
from accounts.storage.group_locks import hold_below, hold_profiles, hold_rules, read_held_group
from accounts.storage.memberships import people_below
from accounts.trail import audit
from accounts.trail.changes import VERBATIM, changes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@transaction.atomic
def set_group_mappings(
    *, group: DirectoryGroup, role: Role | None, profiles: Collection[AccessProfile]
) -> None:
    """Let membership of ``group`` give this role, or none, and these access profiles.

    Everybody in the group, also through nesting, is brought into line at once; who joins or leaves
    at this moment waits, or is waited for.

    Raises:
        UnknownGroupError: Somebody else deleted the group.
        LastAdminError: The tenant's last active admin would get another role; nothing changes.
    """
    hold_rules()
    group = read_held_group(group)
    former, mapped = group.mapped_role, role or ""
    named = dict(group.profile_mappings.values_list("profile_id", "profile__name"))
    before = set(named)
    after = {profile.pk for profile in profiles if not profile.is_default}
    if former == mapped and before == after:
        return
    below = [group.pk]
    hold_below(below, people=lambda: people_below(below), to_change=former != mapped)
    people = people_below(below)
    if former != mapped:
        group.mapped_role = mapped
        group.save(update_fields=["mapped_role"])
        apply_roles(joined=people if mapped else [], left=people, given={former} - {""})
    if before != after:
        after &= hold_profiles(before | after)  # One of them may just have been deleted.
        group.profile_mappings.filter(profile_id__in=before - after).delete()
        DirectoryGroupProfile.objects.bulk_create(
            DirectoryGroupProfile(group=group, profile_id=pk) for pk in sorted(after - before)
        )
        apply_profiles(people=people, profile_ids=before | after)
    audit.record(
        "group.mapping_changed",
        group,
        **changes(
            {"mapped_role": former, "profiles": sorted(named.values())},
            {
                "mapped_role": mapped,
                "profiles": sorted(profile.name for profile in profiles if profile.pk in after),
            },
        ),
    )


@transaction.atomic
def set_group_attributes(*, group: DirectoryGroup, attributes: Mapping[str, str]) -> None:
    """Let ``group`` have exactly these custom attributes, by name.

    Names differ in more than letter case; the caller has checked that.
    """
    before = dict(group.custom_attributes.values_list("name", "value"))
    if before == dict(attributes):
        return
    group.custom_attributes.all().delete()
    DirectoryGroupAttribute.objects.bulk_create(
        DirectoryGroupAttribute(group=group, name=name, value=value)
        for name, value in attributes.items()
    )
    audit.record("group.attributes_changed", group, **changes(_told(before), _told(attributes)))


def _told(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return what the audit trail keeps; one without a value is not as if it were not there."""
    return {
        f"{VERBATIM}{name}": value or _("without a value") for name, value in attributes.items()
    }
