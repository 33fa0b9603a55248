"""The project itself as an application: system checks, the shared templates, the console."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig, apps
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.module_loading import module_has_submodule
from typing_extensions import override

APPLICATIONS = ("accounts", "licenses", "scim", "saml_sso", "gatehouse")


class GatehouseConfig(AppConfig):
    """Registers what belongs to no single application."""

    name = "config"
    label = "gatehouse"

    @override
    def ready(self) -> None:
        """Register checks, addresses and our applications' admin pages, and no library's."""
        import_module("config.installation.checks")
        import_module("config.page_addresses").tell_layers_below()
        for label in APPLICATIONS:
            module = apps.get_app_config(label).module
            if module is not None and module_has_submodule(module, "admin"):
                import_module(f"{module.__name__}.admin")


class ConsoleAdminConfig(SimpleAdminConfig):
    """Django's admin, with the console as its default site."""

    default_site = "config.sites.ConsoleSite"
