"""The console as an application: the pages of both admin sites."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class ConsoleConfig(AppConfig):
    """Every page of a tenant's console and of the operators' site, one room a subject."""

    name = "console"
    verbose_name = _("Console")

    @override
    def ready(self) -> None:
        """Register our pages, and no library's."""
        import_module("console.admin")


class ConsoleAdminConfig(SimpleAdminConfig):
    """Django's admin, with the console as its default site."""

    default_site = "console.base.sites.ConsoleSite"
