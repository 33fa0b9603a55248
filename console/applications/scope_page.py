"""*Who and what*: what is assigned to an application, and its switches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from accounts.groups.groups import GroupFields, create_group
from accounts.models import DirectoryGroup, Role
from console.applications.forms import SwitchesForm
from console.applications.scope_form import ScopeForm
from console.applications.settings_page import SettingsPage
from provisioning.desired import people_in_scope
from provisioning.services.assignments import choose_groups, set_assignments
from provisioning.services.settings import set_switches

if TYPE_CHECKING:
    from provisioning.models import Application


def _store_scope(application: Application, form: ScopeForm) -> None:
    data = form.cleaned_data
    named = DirectoryGroup.objects.filter(pk__in=data["add_groups"])
    groups = {group.pk: group for group in [*data["groups"], *named]}
    if data["new_group"].strip():
        made = create_group(values=GroupFields(display_name=data["new_group"].strip()))
        groups[made.pk] = made
    set_assignments(
        application=application,
        groups=list(groups.values()),
        roles=[Role(value) for value in data["roles"]],
        profiles=list(data["profiles"]),
    )
    choose_groups(application=application, group_choice=data["group_choice"])


def _scope_context(application: Application) -> dict[str, Any]:
    groups = DirectoryGroup.objects.filter(assignments__application=application)
    return {
        "people": people_in_scope(application=application),
        "groups": [
            {
                "name": group.display_name,
                "url": reverse("console:accounts_directorygroup_change", args=[group.pk]),
            }
            for group in groups.order_by("display_name_ci")
        ],
    }


SCOPE = SettingsPage(
    name="scope",
    form=lambda application, data: ScopeForm(data, application=application),
    store=_store_scope,
    context=_scope_context,
    template="scope.html",
)
SWITCHES = SettingsPage(
    name="switches",
    form=lambda application, data: SwitchesForm(data, application=application),
    store=lambda application, form: set_switches(
        application=application, switches=form.cleaned_data
    ),
    template="switches.html",
)
