"""Pages of settings that are one form and one service: basic settings, and who leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.applications.forms import BasicForm, LeavingForm
from console.applications.settings_page import SettingsPage
from provisioning.services.applications import change_application
from provisioning.services.settings import set_leaving

if TYPE_CHECKING:
    from provisioning.models import Application


def _basic_form(application: Application, data: Any) -> BasicForm:
    return BasicForm(data, instance=_copy_of(application))


def _leaving_form(application: Application, data: Any) -> LeavingForm:
    return LeavingForm(data, instance=_copy_of(application))


def _copy_of(application: Application) -> Application:
    """Return another object of the same row: a form writes into its own while it judges."""
    return type(application).objects.get(pk=application.pk)


BASIC = SettingsPage(
    name="settings",
    form=_basic_form,
    store=lambda application, form: change_application(
        application=application, values=form.cleaned_data
    ),
)
LEAVING = SettingsPage(
    name="leaving",
    form=_leaving_form,
    store=lambda application, form: set_leaving(application=application, values=form.values()),
    template="leaving.html",
)
