"""The product's settings for server processes of tests, which find static files uncollected."""

import config.settings
from config.settings import *  # noqa: F403 - settings are extended this way

STORAGES = {
    **config.settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
