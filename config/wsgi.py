"""The WSGI entry point: ``granian --interface wsgi config.wsgi:application``."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# The views are read now, so that nobody's first request waits for them (some seconds).
import_module(settings.ROOT_URLCONF)
# What was read until here stays for ever: no collection needs to look at it again.
gc.collect()
gc.freeze()
# A request makes thousands of objects and next to no cycles: Python's default of 700 has the
# collector look at the same living objects several times in each.  Much more than this, and the
# workers' memory grows while large lists are read.
gc.set_threshold(5_000, 5, 5)
