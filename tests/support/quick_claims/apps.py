"""Claims that hold for a few seconds."""

from django.apps import AppConfig
from typing_extensions import override


class QuickClaimsConfig(AppConfig):
    """Let claims of operations end soon, so that no test waits for the time that requests take."""

    name = "tests.support.quick_claims"

    @override
    def ready(self) -> None:
        from provisioning.storage import claims  # noqa: PLC0415 - models exist only after set-up

        claims.LEASE_SECONDS = 5  # type: ignore[misc]
