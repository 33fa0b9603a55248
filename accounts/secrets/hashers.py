"""Argon2 with a bound: each hash takes 100 MiB, and one at a time fills the processor."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils.translation import gettext as _
from typing_extensions import override

from accounts.errors import HashingBusyError

if TYPE_CHECKING:
    from collections.abc import Iterator

_places = threading.BoundedSemaphore(settings.PASSWORD_HASHES_AT_ONCE)


class BoundedArgon2PasswordHasher(Argon2PasswordHasher):
    """Django's hasher, of which ``PASSWORD_HASHES_AT_ONCE`` work at a time in this process.

    Whatever hashes a password waits here, whoever asks and whether the person exists.

    Raises:
        HashingBusyError: No place was free within ``PASSWORD_HASH_WAIT_SECONDS``.
    """

    @override
    def encode(self, password: str, salt: str) -> str:
        with _place():
            return super().encode(password, salt)

    @override
    def verify(self, password: str, encoded: str) -> bool:
        with _place():
            return super().verify(password, encoded)


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=settings.PASSWORD_HASH_WAIT_SECONDS):
        raise HashingBusyError(_("Many people are signing in. Try again in a moment."))
    try:
        yield
    finally:
        _places.release()
