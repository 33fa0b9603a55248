"""The running of an installation as an application: its commands and checks."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class OperationsConfig(AppConfig):
    """How an installation is run."""

    name = "operations"
    verbose_name = _("Operations")

    @override
    def ready(self) -> None:
        """Register the checks of an installation."""
        import_module("operations.installation.checks")
