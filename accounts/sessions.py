"""Sessions in the database, with their person as a column (``SESSION_ENGINE``)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.middleware import SessionMiddleware
from django.utils import timezone
from typing_extensions import override

if TYPE_CHECKING:
    from accounts.models import Session

LAST_SEEN_RESOLUTION = timedelta(minutes=1)
COLUMNS_KEY = "_columns"
"""Session data that is also stored as columns: method, ip_address, user_agent, saml."""

__all__ = ["COLUMNS_KEY", "SessionMiddleware", "SessionStore"]


class SessionStore(DatabaseStore):
    """Django's database store over :class:`accounts.models.Session`."""

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
