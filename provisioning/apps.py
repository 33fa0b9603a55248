"""The provisioning application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class ProvisioningConfig(AppConfig):
    """Applications, and the engine that pushes people and groups to them."""

    name = "provisioning"
    verbose_name = _("Provisioning")

    @override
    def ready(self) -> None:
        """Have workers look for what is due; erase people from the log who are erased."""
        # These need the models.
        from accounts.jobs.kinds import PROVISIONING  # noqa: PLC0415
        from accounts.jobs.pulse import Beat, beats  # noqa: PLC0415
        from accounts.trail.retention import erasers  # noqa: PLC0415
        from provisioning import trail_words as words_of_applications  # noqa: PLC0415
        from provisioning.engine import trail_words  # noqa: PLC0415
        from provisioning.engine.erasing import erase_from_log  # noqa: PLC0415
        from provisioning.engine.pulse import beat  # noqa: PLC0415
        from provisioning.importing import trail_words as words_of_imports  # noqa: PLC0415

        beats.append(Beat(PROVISIONING, beat))
        erasers.append(erase_from_log)
        trail_words.register()
        words_of_applications.register()
        words_of_imports.register()
