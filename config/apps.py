"""The project itself as an application."""

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
        """Say where the pages are."""
        import_module("config.page_addresses").tell_layers_below()
