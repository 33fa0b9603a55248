"""The application of access reviews."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class AccessReviewsConfig(AppConfig):
    """Reviews of who holds what."""

    name = "access_reviews"
    verbose_name = _("Access reviews")

    @override
    def ready(self) -> None:
        """Show reviewers their lines; erase people from reviews who are erased."""
        # These need the models.
        from access_reviews import (  # noqa: PLC0415
            account_page,  # noqa: F401 - registers its section
            trail_words,
        )
        from access_reviews.services import (  # noqa: PLC0415
            returning,  # noqa: F401 - registers its receiver
        )
        from access_reviews.services.keeping import erase_from_reviews  # noqa: PLC0415
        from accounts.trail.retention import erasers  # noqa: PLC0415

        erasers.append(erase_from_reviews)
        trail_words.register()
