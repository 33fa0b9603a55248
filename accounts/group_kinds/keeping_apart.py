"""Keeping directory groups, roles and access profiles apart by their names.

The names are in different tables, so no constraint keeps them apart: whoever gives such a name
holds the tenant's rules first (:func:`accounts.storage.group_locks.hold_rules`).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.errors import GroupNameTakenError, ProfileNameTakenError
from accounts.group_kinds.fixed_names import is_fixed, may_be_fixed, profile_group_name
from accounts.models import AccessProfile, DirectoryGroup
from accounts.storage.group_locks import hold_rules
from naming.nicknames import compared_nickname


def keep_apart_from_fixed(display_name: str) -> None:
    """Refuse a name for a directory group that a role or an access profile has as a group.

    Costs nothing for any other name.  Call it before anything else is held.

    Raises:
        GroupNameTakenError: It is taken.
    """
    if not may_be_fixed(display_name):
        return
    hold_rules()
    profiles = AccessProfile.objects.filter(is_default=False).values_list("name", flat=True)
    if is_fixed(display_name, profiles):
        raise GroupNameTakenError(
            _("“%(name)s” is what a role or an access profile of the company is called.")
            % {"name": display_name}
        )


def keep_apart_from_groups(profile_name: str) -> None:
    """Refuse a name for an access profile whose group would be called as a directory group is.

    Raises:
        ProfileNameTakenError: There is such a group.
    """
    hold_rules()
    name = profile_group_name(profile_name)
    if DirectoryGroup.objects.filter(display_name_ci=compared_nickname(name)).exists():
        raise ProfileNameTakenError(
            _("There is a directory group called “%(name)s”. Rename it first.") % {"name": name}
        )
