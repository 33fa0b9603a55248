"""Who is pushed to an application: groups, roles, profiles; and which groups are pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import AccessProfile, DirectoryGroup, Role
from accounts.storage.finding import find_groups
from console.base.picker import Named, Picker
from provisioning.models import GroupChoice

if TYPE_CHECKING:
    from uuid import UUID

    from provisioning.models import Application

SHOWN_UNKNOWN: Final = 5


class GroupNamesField(forms.CharField):
    """Names of directory groups, one a line; its value is the list of their ids."""

    widget = Picker(Named.GROUPS)

    @override
    def clean(self, value: Any) -> list[UUID]:
        lines = {line.strip() for line in str(super().clean(value)).splitlines() if line.strip()}
        found = find_groups(lines)
        if unknown := lines - found.keys():
            names = ", ".join(sorted(unknown)[:SHOWN_UNKNOWN])
            text = _("No directory group is called %(names)s. Check the spelling.")
            raise forms.ValidationError(text % {"names": names})
        return sorted(set(found.values()))


class ScopeForm(forms.Form):
    """What is assigned, as boxes to untick, and names of groups to assign besides."""

    groups = forms.ModelMultipleChoiceField(
        label=_("Assigned directory groups"),
        queryset=DirectoryGroup.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    add_groups = GroupNamesField(
        label=_("Assign further groups"),
        required=False,
        help_text=_("Names of directory groups; several, one on each line."),
    )
    new_group = forms.CharField(
        label=_("Make a new group and assign it"),
        required=False,
        max_length=200,
        help_text=_("Its name. Members and custom attributes are added on its page afterwards."),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    profiles = forms.ModelMultipleChoiceField(
        label=_("Access profiles"),
        queryset=AccessProfile.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody is in the default profile."),
    )
    group_choice = forms.ChoiceField(
        label=_("Groups that are pushed"),
        choices=GroupChoice.choices,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, application: Application) -> None:
        assigned = application.assignments.all()
        groups = [each.group_id for each in assigned if each.group_id]
        super().__init__(
            data,
            initial={
                "groups": groups,
                "roles": [each.role for each in assigned if each.role],
                "profiles": [each.profile_id for each in assigned if each.profile_id],
                "group_choice": application.group_choice,
            },
        )
        named = DirectoryGroup.objects.filter(pk__in=groups).order_by("display_name_ci")
        self.fields["groups"].queryset = named  # type: ignore[attr-defined]
        profiles = AccessProfile.objects.order_by("name_ci")
        self.fields["profiles"].queryset = profiles  # type: ignore[attr-defined]

    @property
    def who(self) -> list[Any]:
        """The fields that say who is in scope."""
        names = ("groups", "add_groups", "new_group", "roles", "profiles")
        return [self[name] for name in names]

    @property
    def which(self) -> list[Any]:
        """The fields that say which groups are pushed."""
        return [self["group_choice"]]
