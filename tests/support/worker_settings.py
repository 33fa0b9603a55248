"""The product's settings for worker processes of tests, which know the tests' kinds of jobs."""

import config.settings
from config.settings import *  # noqa: F403 - settings are extended this way

INSTALLED_APPS = [*config.settings.INSTALLED_APPS, "tests.support.work"]
