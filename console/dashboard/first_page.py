"""*Dashboard*, the first page of a tenant's console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext as _

from console.base.sites import ConsoleSite
from console.dashboard.facts import dashboard_context

if TYPE_CHECKING:
    from accounts.models import User


def _facts(user: User) -> dict[str, Any]:
    return {"title": _("Dashboard"), **dashboard_context(user)}


assert isinstance(admin.site, ConsoleSite)  # noqa: S101 - console.apps makes it the default
admin.site.begins_with("console/dashboard/dashboard.html", _facts)
