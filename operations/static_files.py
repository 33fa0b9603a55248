"""Static files with names that tell their content, once ``collectstatic`` has run."""

from __future__ import annotations

from typing_extensions import override
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Whitenoise's storage, which names a file that was never collected as it is.

    A server that was started without ``collectstatic`` then shows its pages all the same; the
    files come straight from the checkout (``WHITENOISE_USE_FINDERS``) and are not cached for long.
    """

    @override
    def stored_name(self, name: str) -> str:
        try:
            stored: str = super().stored_name(name)
        except ValueError:
            return name
        return stored
