"""Sessions in the database, with their person as a column (``SESSION_ENGINE``)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.middleware import SessionMiddleware
from django.core import signing
from django.utils import timezone
from typing_extensions import override

from accounts.prepared import insert_row

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Session

LAST_SEEN_RESOLUTION = timedelta(minutes=1)
COLUMNS_KEY = "_columns"
"""Session data that is also stored as columns: method, ip_address, user_agent, saml."""

_KEY_BYTES = 20

__all__ = ["COLUMNS_KEY", "Serializer", "SessionMiddleware", "SessionStore"]


class Serializer:
    """Sessions as JSON (``SESSION_SERIALIZER``)."""

    def dumps(self, obj: dict[str, Any]) -> bytes:
        """Return ``obj`` as JSON."""
        return orjson.dumps(obj)

    def loads(self, data: bytes) -> dict[str, Any]:
        """Return what :meth:`dumps` was given."""
        loaded: dict[str, Any] = orjson.loads(data)
        return loaded


class SessionStore(DatabaseStore):
    """Django's database store over :class:`accounts.models.Session`."""

    _as_saved: tuple[str | None, bytes] | None = None

    @classmethod
    @override
    def get_model_class(cls) -> type[Session]:
        from accounts.models import Session  # noqa: PLC0415 - Django's own contract

        return Session

    @override
    def encode(self, session_dict: dict[str, Any]) -> str:
        # As Django's own, but for compression: what is a few hundred bytes is not worth its time.
        return signing.dumps(session_dict, salt=self.key_salt, serializer=self.serializer)

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
        if must_create:
            self.create_with(insert_row)
        elif self._as_saved is None or self._as_saved != self._state():
            super().save()
            self._as_saved = self._state()

    def create_with(self, write: Callable[[Session], None]) -> None:
        """Give what was put into this session a new key, and let ``write`` store its row."""
        self._session_key = self._get_new_session_key()
        data = self._get_session(no_load=True)  # type: ignore[attr-defined] # Django's own way
        write(self.create_model_instance(data))
        self.modified = True
        self._as_saved = self._state()

    @override
    def cycle_key(self) -> None:
        """Change the key at a sign-in; a session that has none yet gets its first when saved."""
        if self.session_key is not None:
            super().cycle_key()

    def _state(self) -> tuple[str | None, bytes]:
        return self.session_key, orjson.dumps(dict(self.items()))

    def _get_new_session_key(self) -> str:
        # Nobody guesses 160 bits; should a key exist after all, inserting it fails.
        return secrets.token_hex(_KEY_BYTES)
