"""The project itself as an application: system checks, the shared templates."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override


class GatehouseConfig(AppConfig):
    """Registers what belongs to no single application."""

    name = "config"
    label = "gatehouse"

    @override
    def ready(self) -> None:
        """Register checks, and say where the pages are."""
        import_module("operations.installation.checks")
        import_module("config.page_addresses").tell_layers_below()
