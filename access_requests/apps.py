"""The application of access requests."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class AccessRequestsConfig(AppConfig):
    """What people ask for, who grants it, until when, and taking it back."""

    name = "access_requests"
    verbose_name = _("Requests")

    @override
    def ready(self) -> None:
        """Bring in the section of the account page, and the words of the trail."""
        from access_requests import (  # noqa: PLC0415 - needs the models
            account_page,  # noqa: F401 - registers its section
            keeping,  # noqa: F401 - registers its receivers
            trail_words,
        )

        trail_words.register()
