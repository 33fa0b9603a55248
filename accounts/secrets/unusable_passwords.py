"""What stands in the place of a password nobody has chosen."""

from __future__ import annotations

import secrets
from typing import Final

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

_RANDOM_BYTES: Final = 30


def unusable_password() -> str:
    """Return a password hash that no password matches.

    It is as random as Django's own, so that a link made from it cannot be guessed, and takes a
    fraction of the time, which counts when a thousand people are created.
    """
    return UNUSABLE_PASSWORD_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
