"""Where the SCIM endpoints are, from outside.

Absolute addresses start with the configured ``BASE_URL``: a request's Host header has no say.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.conf import settings

PATH: Final = "/scim/v2"


def base_url() -> str:
    """Return the SCIM base URL, which is entered at an identity provider; no slash at the end."""
    return f"{settings.BASE_URL}{PATH}"


def users_url() -> str:
    """Return what precedes the id in the URL of a user."""
    return _endpoint_url(settings.BASE_URL, "Users")


def groups_url() -> str:
    """Return what precedes the id in the URL of a group."""
    return _endpoint_url(settings.BASE_URL, "Groups")


@lru_cache(maxsize=8)
def _endpoint_url(base: str, endpoint: str) -> str:
    return f"{base}{PATH}/{endpoint}/"
