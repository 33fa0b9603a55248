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
        """Connect the receivers; erase people from the history who are erased."""
        # These need the models.
        from accounts.trail.retention import erasers_by_name  # noqa: PLC0415
        from licenses import (  # noqa: PLC0415
            account_page,  # noqa: F401 - registers its section
            receivers,  # noqa: F401 - connects
            trail_words,
        )
        from licenses.erasing import erase_holder  # noqa: PLC0415

        erasers_by_name.append(erase_holder)
        trail_words.register()
