"""Sessions in the database, with their person as a column (``SESSION_ENGINE``).

The browser's cookie is a secret; the row holds its digest only, and its data encrypted under it.
Whoever reads the database has no session and none of what waits in one.
"""

from __future__ import annotations

import base64
import os
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.middleware import SessionMiddleware
from django.utils import timezone
from django.utils.crypto import salted_hmac
from typing_extensions import override

from accounts.secrets.secrets_digest import digest_of
from accounts.storage.prepared import insert_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from accounts.models import Session

LAST_SEEN_RESOLUTION = timedelta(minutes=1)
COLUMNS_KEY = "_columns"
"""Session data that is also stored as columns: method, ip_address, user_agent, saml."""

_KEY_BYTES: Final = 20
_NONCE_BYTES: Final = 12
_KEPT: Final = frozenset({"session_key", "created", "last_seen"})
"""Columns that stay as they are when a session is saved again."""

_SALT: Final = "accounts.signing_in.sessions.data"  # Never changes: rows were encrypted with it.

__all__ = ["COLUMNS_KEY", "Serializer", "SessionMiddleware", "SessionStore", "stored_key"]


def stored_key(session_key: str | None) -> str | None:
    """Return what the row of a session is found by, for the secret in the browser's cookie."""
    return digest_of(session_key) if session_key else None


class Serializer:
    """Sessions as JSON (``SESSION_SERIALIZER``)."""

    def dumps(self, obj: dict[str, Any]) -> bytes:
        """Return ``obj`` as JSON."""
        return orjson.dumps(obj)

    def loads(self, data: bytes) -> dict[str, Any]:
        """Return what :meth:`dumps` was given."""
        loaded: dict[str, Any] = orjson.loads(data)
        return loaded


class SessionStore(SessionBase):
    """A session over :class:`accounts.models.Session`; ``session_key`` is the browser's secret."""

    _as_saved: tuple[str | None, bytes] | None = None

    @override
    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return the data encrypted under this session's key, which is stored nowhere."""
        nonce = os.urandom(_NONCE_BYTES)
        plain = self.serializer().dumps(session_dict)
        sealed = AESGCM(self._data_key(settings.SECRET_KEY)).encrypt(nonce, plain, None)
        return base64.b64encode(nonce + sealed).decode("ascii")

    @override
    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return what :meth:`encode` was given; nothing if it was made under another key."""
        if ":" in str(session_data):  # Signed by a release that did not encrypt.
            earlier: dict[str, Any] = super().decode(session_data)
            return earlier
        try:
            raw = base64.b64decode(session_data)
        except ValueError:
            return {}
        for plain in self._decryptions(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]):
            decoded: dict[str, Any] = self.serializer().loads(plain)
            return decoded
        return {}

    @override
    def exists(self, session_key: str) -> bool:
        return bool(_rows().filter(session_key=stored_key(session_key)).exists())

    @override
    def load(self) -> dict[str, Any]:
        now = timezone.now()
        mine = _rows().filter(session_key=stored_key(self.session_key))
        row = mine.filter(expire_date__gt=now).first()
        if row is None:
            self._session_key = None
            return {}
        data = self.decode(row.session_data)
        if row.user_id is not None and row.last_seen < now - LAST_SEEN_RESOLUTION:
            mine.update(last_seen=now)
        return data

    @override
    def create(self) -> None:
        self.save(must_create=True)

    @override
    def save(self, must_create: bool = False) -> None:
        """Store the session, once in a request for what is the same.

        Whoever signs somebody in saves in their own transaction; the middleware's save at the end
        would be a second one with nothing new.

        Raises:
            UpdateError: The session has ended meanwhile.
        """
        if must_create or self.session_key is None:
            self.create_with(insert_row)
        elif self._as_saved is None or self._as_saved != self._state():
            row = self._row(self._get_session())  # type: ignore[attr-defined] # Django's own way
            names = {field.attname for field in row._meta.concrete_fields} - _KEPT
            values = {name: getattr(row, name) for name in names}
            if not _rows().filter(pk=row.pk).update(**values):
                raise UpdateError
            self._as_saved = self._state()

    @override
    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            _rows().filter(session_key=stored_key(key)).delete()

    @classmethod
    @override
    def clear_expired(cls) -> None:
        _rows().filter(expire_date__lt=timezone.now()).delete()

    def create_with(self, write: Callable[[Session], None]) -> None:
        """Give what was put into this session a new key, and let ``write`` store its row."""
        self._session_key = secrets.token_hex(_KEY_BYTES)  # Nobody guesses 160 bits.
        write(self._row(self._get_session(no_load=True)))  # type: ignore[attr-defined]
        self.modified = True
        self._as_saved = self._state()

    @override
    def cycle_key(self) -> None:
        """Change the key at a sign-in; a session that has none yet gets its first when saved."""
        if self.session_key is not None:
            super().cycle_key()

    def _row(self, data: dict[str, Any]) -> Session:
        row = _model()(
            session_key=digest_of(str(self.session_key)),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(SESSION_KEY),
        )
        for name, value in data.get(COLUMNS_KEY, {}).items():
            setattr(row, name, value)
        return row

    def _state(self) -> tuple[str | None, bytes]:
        return self.session_key, orjson.dumps(dict(self.items()))

    def _data_key(self, secret: str) -> bytes:
        return salted_hmac(_SALT, str(self.session_key), secret=secret, algorithm="sha256").digest()

    def _decryptions(self, nonce: bytes, sealed: bytes) -> Iterator[bytes]:
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            try:
                yield AESGCM(self._data_key(secret)).decrypt(nonce, sealed, None)
            except (InvalidTag, ValueError):
                continue


def _model() -> type[Session]:
    from accounts.models import Session  # noqa: PLC0415 - read before the models are

    return Session


def _rows() -> Any:
    return _model().objects
