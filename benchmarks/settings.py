"""The product's settings, plus what it is measured against.

django-scim2 keeps one set of settings for a process.  Here they name its own default adapters,
over plain models of the benchmarks; the product's views do not read them.
"""

from __future__ import annotations

from config.settings import *  # noqa: F403 - everything is as in the product but what follows
from config.settings import INSTALLED_APPS, SCIM_SERVICE_PROVIDER

ROOT_URLCONF = "benchmarks.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
SCIM_SERVICE_PROVIDER = {
    "NETLOC": SCIM_SERVICE_PROVIDER["NETLOC"],
    "SCHEME": SCIM_SERVICE_PROVIDER["SCHEME"],
    "AUTHENTICATION_SCHEMES": SCIM_SERVICE_PROVIDER["AUTHENTICATION_SCHEMES"],
    "WWW_AUTHENTICATE_HEADER": "Bearer",
    "USER_MODEL_GETTER": "benchmarks.peer.user_model",
    "GROUP_MODEL": "benchmarks.models.PeerGroup",
    "AUTH_CHECK_MIDDLEWARE": "benchmarks.peer.BearerAuthCheck",
}
