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
        # These need the models; ``checks`` registers its checks by being imported.
        from accounts.trail.retention import before_erasing, erasers  # noqa: PLC0415
        from scim import checks, trail_words  # noqa: F401, PLC0415
        from scim.held.erasing import delete_for_good, erase_from_held_changes  # noqa: PLC0415
        from scim.http import exchanges, rate_limit  # noqa: PLC0415
        from scim.log import request_log  # noqa: PLC0415
        from scim.log.erasing import erase_from_request_log  # noqa: PLC0415
        from scim.sources import managed  # noqa: PLC0415

        exchanges.gates.append(rate_limit.gate)
        exchanges.observers.append(request_log.observe)
        register_finder(managed.find_holders)
        before_erasing.append(delete_for_good)
        erasers.extend([erase_from_held_changes, erase_from_request_log])
        trail_words.register()
