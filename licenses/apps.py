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
        from licenses import (  # noqa: PLC0415 - needs the models
            account_page,  # noqa: F401 - registers its section
            receivers,  # noqa: F401 - connects
            trail_words,
        )

        trail_words.register()
