"""The product's settings, plus what it is measured against.

django-scim2 keeps one set of settings for a process.  They name the product's adapters, which its
views read; the library itself is given its own default ones (:mod:`benchmarks.peer`), over plain
models of the benchmarks.
"""

from __future__ import annotations

from config.settings import *  # noqa: F403 - everything is as in the product but what follows
from config.settings import INSTALLED_APPS, SCIM_SERVICE_PROVIDER

ROOT_URLCONF = "benchmarks.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
SCIM_SERVICE_PROVIDER = {
    **SCIM_SERVICE_PROVIDER,
    "USER_MODEL_GETTER": "benchmarks.peer.user_model",
    "GROUP_MODEL": "benchmarks.models.PeerGroup",
    "AUTH_CHECK_MIDDLEWARE": "benchmarks.peer.BearerAuthCheck",
}
