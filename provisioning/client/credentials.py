"""How one signs in at a target: with a bearer token, or as a client of OAuth 2 (RFC 6749, 4.4)."""

from __future__ import annotations

import time
from base64 import b64encode
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

import orjson
from django.utils.translation import gettext as _

from accounts.outgoing.connections import SECONDS, Connection
from accounts.secrets.secrets_digest import digest_of
from provisioning.client.echoes import without_echoes, without_echoes_in
from provisioning.client.received_json import json_of
from provisioning.client.time_limit import at_most

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_BYTES: Final = 64 * 1024
_SUCCESS: Final = 200
_SKEW: Final = 30.0
"""Seconds before its end from which on a token is not used: clocks differ, requests take time."""
_UNSAID: Final = 300.0
"""Seconds that a token is used whose end nobody said (RFC 6749, Section 5.1 leaves it open)."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that the target's admin has given out."""

    token: str = field(repr=False)

    def fingerprint(self) -> str:
        """Return a digest by which one credential is told from another."""
        return digest_of(f"bearer {self.token}")

    def header(self) -> str:
        """Return the value of ``Authorization``."""
        return f"Bearer {self.token}"

    def forget(self) -> bool:
        """Return whether another header may be had: never."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """Return what nobody is to be shown, if a server says it back."""
        return (self.token,)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """A client that asks a server of its own for short-lived tokens."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""

    def fingerprint(self) -> str:
        """Return a digest by which one credential is told from another."""
        whole = (self.token_url, self.client_id, self.client_secret, self.scope)
        return digest_of(orjson.dumps(whole).decode())

    def header(self) -> str:
        """Return the value of ``Authorization``; a token is asked for when none is remembered.

        Raises:
            FetchError: The token URL may not be used or did not answer.
            TokenRefusedError: It gave no token; the message says what it answered.
        """
        return f"Bearer {_tokens.get(self.fingerprint()) or self._asked()}"

    def forget(self) -> bool:
        """Forget the token; return whether there was one that may have ended early."""
        return _tokens.forget(self.fingerprint())

    def secrets(self) -> tuple[str, ...]:
        """Return what nobody is to be shown, if a server says it back."""
        basic = _basic(self.client_id, self.client_secret)
        return (self.client_secret, basic, _tokens.get(self.fingerprint()))

    def _asked(self) -> str:
        parts = urlsplit(self.token_url.strip())
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        form = {"grant_type": "client_credentials", **({"scope": self.scope} if self.scope else {})}
        seconds = at_most(SECONDS)
        with Connection(self.token_url, most_bytes=_MOST_BYTES, seconds=seconds) as connection:
            received = connection.ask(
                "POST",
                path,
                headers={
                    "Authorization": f"Basic {_basic(self.client_id, self.client_secret)}",
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/json",
                },
                content=urlencode(form).encode(),
            )
        said = _json_object(received.body)
        token = said.get("access_token")
        if received.status != _SUCCESS or not isinstance(token, str) or not token:
            heard = without_echoes_in(
                _json_object(without_echoes(received.body, self.secrets())), self.secrets()
            )
            raise TokenRefusedError(received.status, _reason(heard))
        lasts = said.get("expires_in")
        _tokens.keep(
            self.fingerprint(), token, lasts if isinstance(lasts, int | float) else _UNSAID
        )
        return token


Credential = Bearer | ClientCredentials


class TokenRefusedError(Exception):
    """The token URL gave no token.

    Attributes:
        status: The HTTP status of its answer.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(
            _("The token URL gave no token (status %(status)s). %(reason)s")
            % {"status": status, "reason": reason}
        )
        self.status = status


class _Tokens:
    """The tokens that this process has, each until shortly before its end."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: dict[str, tuple[str, float]] = {}

    def get(self, fingerprint: str) -> str:
        with self._lock:
            token, until = self._held.get(fingerprint, ("", 0.0))
        return token if time.monotonic() < until else ""

    def keep(self, fingerprint: str, token: str, seconds: float) -> None:
        now = time.monotonic()
        with self._lock:
            self._held = {name: held for name, held in self._held.items() if held[1] > now}
            self._held[fingerprint] = (token, now + seconds - _SKEW)

    def forget(self, fingerprint: str) -> bool:
        with self._lock:
            return self._held.pop(fingerprint, None) is not None


_tokens = _Tokens()


def _basic(name: str, secret: str) -> str:
    """Return the Basic credentials of a client (RFC 6749, Section 2.3.1)."""
    return b64encode(f"{quote_plus(name)}:{quote_plus(secret)}".encode()).decode("ascii")


def _json_object(body: bytes) -> Mapping[str, Any]:
    said = json_of(body)
    return said if isinstance(said, dict) else {}


def _reason(said: Mapping[str, Any]) -> str:
    """Return what a token endpoint says is wrong (RFC 6749, Section 5.2)."""
    texts = (said.get("error"), said.get("error_description"))
    return ": ".join(text for text in texts if isinstance(text, str))[:300]
