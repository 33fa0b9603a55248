"""Who is pushed to an application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Role
from accounts.trail import audit
from accounts.trail.changes import changes
from provisioning.models import Application, Assignment
from provisioning.services.changing import change_columns, hold

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.models import AccessProfile, DirectoryGroup


@transaction.atomic
def set_assignments(
    *,
    application: Application,
    groups: Collection[DirectoryGroup],
    roles: Collection[Role],
    profiles: Collection[AccessProfile],
) -> bool:
    """Assign exactly these; return whether others were assigned before."""
    held = hold(application)
    wanted: dict[tuple[object, ...], Assignment] = {
        **{("group", each.pk): Assignment(application=held, group=each) for each in groups},
        **{("role", str(each)): Assignment(application=held, role=each) for each in roles},
        **{("profile", each.pk): Assignment(application=held, profile=each) for each in profiles},
    }
    stored = Assignment.objects.filter(application=held).select_related("group", "profile")
    present = {_key(each): each for each in stored}
    if present.keys() == wanted.keys():
        return False
    gone = [present[key].pk for key in present.keys() - wanted.keys()]
    Assignment.objects.filter(pk__in=gone).delete()
    Assignment.objects.bulk_create(wanted[key] for key in wanted if key not in present)
    told = [_told(each) for each in (present.values(), wanted.values())]
    audit.record("application.scope_changed", held, **changes(*told))
    return True


@transaction.atomic
def choose_groups(*, application: Application, group_choice: str) -> bool:
    """Say which groups are pushed; return whether others were before."""
    values = {"group_choice": group_choice}
    return change_columns(application, "application.groups_changed", values)


def _key(assignment: Assignment) -> tuple[object, ...]:
    if assignment.group_id:
        return ("group", assignment.group_id)
    if assignment.profile_id:
        return ("profile", assignment.profile_id)
    return ("role", assignment.role)


def _told(assignments: Collection[Assignment]) -> dict[str, list[str]]:
    """Return the names of what is assigned, as people read it in the audit trail."""
    names: dict[str, list[str]] = {"assigned_groups": [], "assigned_roles": []}
    names["assigned_profiles"] = []
    for each in assignments:
        if each.group:
            names["assigned_groups"].append(each.group.display_name)
        elif each.profile:
            names["assigned_profiles"].append(each.profile.name)
        else:
            names["assigned_roles"].append(str(Role(each.role).label))
    return {name: sorted(values) for name, values in names.items()}
