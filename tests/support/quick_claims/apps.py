"""Claims that hold for a few seconds, and pauses of one."""

from datetime import timedelta

from django.apps import AppConfig
from typing_extensions import override


class QuickClaimsConfig(AppConfig):
    """Let claims of operations and pauses end soon, so that no test waits as long as targets do."""

    name = "tests.support.quick_claims"

    @override
    def ready(self) -> None:
        from provisioning.planning import retrying  # noqa: PLC0415 - models exist only after set-up
        from provisioning.storage import claims, pace  # noqa: PLC0415

        claims.LEASE_SECONDS = 5  # type: ignore[misc]
        retrying.SHORTEST = timedelta(seconds=1)  # type: ignore[misc]
        pace.CALM_SECONDS = 3  # type: ignore[misc]
