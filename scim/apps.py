"""The SCIM application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.managed import register_finder


class ScimConfig(AppConfig):
    """The SCIM service provider, its sources and their tokens."""

    name = "scim"
    verbose_name = _("SCIM provisioning")

    @override
    def ready(self) -> None:
        """Let the rate limit and the request log watch what passes; say who holds fields."""
        from scim import (  # noqa: PLC0415 - needs the models
            checks,  # noqa: F401 - registers its checks
            exchanges,
            managed,
            rate_limit,
            request_log,
            trail_words,
        )

        exchanges.gates.append(rate_limit.gate)
        exchanges.observers.append(request_log.observe)
        register_finder(managed.find_holders)
        trail_words.register()
