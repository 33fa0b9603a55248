"""The product's settings for workers of tests that push to targets on this machine."""

import config.settings
from config.settings import *  # noqa: F403 - settings are extended this way

INSTALLED_APPS = [
    *config.settings.INSTALLED_APPS,
    "tests.support.quick_claims",
    "tests.support.work",
]
