"""The running of an installation as an application: its commands and checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """How an installation is run."""

    name = "operations"
    verbose_name = _("Operations")
