"""The project itself as an application: system checks and the shared templates."""

from __future__ import annotations

from django.apps import AppConfig


class GatehouseConfig(AppConfig):
    """Registers what belongs to no single application."""

    name = "config"
    label = "gatehouse"
