"""Sessions in the database, with their person as a column (``SESSION_ENGINE``)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.middleware import SessionMiddleware
from django.utils import timezone
from django.utils.crypto import get_random_string
from typing_extensions import override

if TYPE_CHECKING:
    from accounts.models import Session

LAST_SEEN_RESOLUTION = timedelta(minutes=1)
COLUMNS_KEY = "_columns"
"""Session data that is also stored as columns: method, ip_address, user_agent, saml."""

_KEY_LENGTH = 32

__all__ = ["COLUMNS_KEY", "SessionMiddleware", "SessionStore"]


class SessionStore(DatabaseStore):
    """Django's database store over :class:`accounts.models.Session`."""

    _as_saved: tuple[str | None, bytes] | None = None

    @classmethod
    @override
    def get_model_class(cls) -> type[Session]:
        from accounts.models import Session  # noqa: PLC0415 - Django's own contract

        return Session

    @override
    def create_model_instance(self, data: dict[str, Any]) -> Session:
        columns = data.get(COLUMNS_KEY, {})
        instance = super().create_model_instance(data)
        assert isinstance(instance, self.get_model_class())  # noqa: S101
        instance.user_id = data.get(SESSION_KEY)
        for name, value in columns.items():
            setattr(instance, name, value)
        return instance

    @override
    def load(self) -> dict[str, Any]:
        data: dict[str, Any] = super().load()
        if data.get(SESSION_KEY):
            now = timezone.now()
            self.get_model_class().objects.filter(
                session_key=self.session_key, last_seen__lt=now - LAST_SEEN_RESOLUTION
            ).update(last_seen=now)
        return data

    @override
    def save(self, must_create: bool = False) -> None:
        """Store the session, once in a request for what is the same.

        Whoever signs somebody in saves in their own transaction; the middleware's save at the end
        would be a second one with nothing new.
        """
        if must_create or self._as_saved is None or self._as_saved != self._state():
            super().save(must_create=must_create)
            self._as_saved = self._state()

    def _state(self) -> tuple[str | None, bytes]:
        return self.session_key, self.serializer().dumps(dict(self.items()))

    def _get_new_session_key(self) -> str:
        # Nobody guesses 165 bits; should a key exist after all, inserting it fails and is repeated.
        return get_random_string(_KEY_LENGTH, VALID_KEY_CHARS)
