"""The licences application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class LicensesConfig(AppConfig):
    """Products, subscriptions and seats."""

    name = "licenses"
    verbose_name = _("Licences")

    @override
    def ready(self) -> None:
        """Connect the receivers."""
        from licenses import account_page, receivers  # noqa: F401, PLC0415
