"""A SCIM client for one target: one pool of connections, one pace, no surprises."""

from __future__ import annotations

import base64
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote

import orjson
from django.utils import timezone

from accounts.outgoing.addresses import require_address
from accounts.outgoing.connections import Connections, NoAnswerError
from provisioning.client.credentials import Bearer, ClientCredentials
from provisioning.client.exchanges import Exchange
from provisioning.client.listing import Listing
from provisioning.protocol.answers import outcome, unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from accounts.outgoing.connections import Received
    from provisioning.client.credentials import Credential
    from provisioning.protocol.answers import Outcome
    from provisioning.protocol.dialects import Dialect
    from provisioning.protocol.steps import Kind

_MEDIA_TYPE: Final = "application/scim+json"
_SKEW_SECONDS: Final = 30
_UNAUTHORIZED: Final = 401


class TargetPausedError(Exception):
    """Nobody may ask this target before ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"The target pauses until {until}.")
        self.until = until


@dataclass(frozen=True, slots=True)
class Answer:
    """How one request ended: ``status`` 0 without an answer, ``json`` what it holds, or ``None``.

    Names of headers are in lower case.
    """

    status: int
    headers: Mapping[str, str]
    json: Any
    seconds: float
    outcome: Outcome
    exchange: Exchange


class Target:
    """A target; a context manager.  ``before_each`` is called before each request.

    Raises:
        RefusedAddressError: The address may not be used.
    """

    def __init__(
        self,
        *,
        base_url: str,
        credential: Credential,
        dialect: Dialect,
        before_each: Callable[[], None],
    ) -> None:
        self.base_url = base_url.strip().rstrip("/")
        self.dialect = dialect
        self._credential = credential
        self._before_each = before_each
        self._open = ExitStack()
        self._connections = self._open.enter_context(Connections(require_address(self.base_url)))
        self._token = ""
        self._token_until = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        self._open.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        if_match: str = "",
    ) -> Answer:
        """Send one request; whatever comes of it is an answer.

        Raises:
            TargetPausedError: By ``before_each``.
        """
        self._before_each()
        answer = self._ask(method, path, params, body, if_match)
        if answer.status == _UNAUTHORIZED and isinstance(self._credential, ClientCredentials):
            self._token = ""  # It may have ended earlier than it was said to.
            answer = self._ask(method, path, params, body, if_match)
        return answer

    def service_provider_config(self) -> Answer:
        """Ask the target what it can."""
        return self.request("GET", "/ServiceProviderConfig")

    def list_all(self, kind: Kind) -> Listing:
        """Return all resources of a kind, page by page, as they are read."""
        return Listing(self.request, kind, self.dialect)

    def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Any,
        if_match: str,
    ) -> Answer:
        start = time.monotonic()
        headers = {"Accept": f"{_MEDIA_TYPE}, application/json"}
        if body is not None:
            headers["Content-Type"] = _MEDIA_TYPE
        if if_match:
            headers["If-Match"] = if_match
        try:
            headers["Authorization"] = f"Bearer {self._current_token()}"
            received = self._connections.send(
                method,
                path,
                headers=headers,
                params=params,
                content=None if body is None else orjson.dumps(body),
            )
        except NoAnswerError as error:
            ended = unanswered(method, str(error), was_sent=error.was_sent)
            return self._answer(method, path, params, body, None, ended, start)
        read = _json_or_text(received.body)
        ended = outcome(method, received.status, received.headers, read, now=timezone.now())
        return self._answer(method, path, params, body, received, ended, start)

    def _answer(  # noqa: PLR0913, PLR0917 - what one exchange consists of
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Any,
        received: Received | None,
        ended: Outcome,
        start: float,
    ) -> Answer:
        query = "&".join(f"{name}={quote(value)}" for name, value in (params or {}).items())
        url = f"{self.base_url}{path}" + (f"?{query}" if query else "")
        seconds = time.monotonic() - start
        read = _json_or_text(received.body) if received else None
        return Answer(
            status=ended.status,
            headers=received.headers if received else {},
            json=None if isinstance(read, str) else read,
            seconds=seconds,
            outcome=ended,
            exchange=Exchange(method, url, body, ended.status, read, seconds),
        )

    def _current_token(self) -> str:
        """Return the token to sign in with; one that ends soon is replaced.

        Raises:
            NoAnswerError: None was given.
        """
        if isinstance(self._credential, Bearer):
            return self._credential.token
        if not self._token or time.monotonic() > self._token_until:
            self._token, seconds = _new_token(self._credential)
            self._token_until = time.monotonic() + max(seconds - _SKEW_SECONDS, 0)
        return self._token


def _new_token(credential: ClientCredentials) -> tuple[str, float]:
    """Return a new token and the seconds that it is good for (RFC 6749, Section 4.4.2)."""
    pair = f"{quote(credential.client_id)}:{quote(credential.client_secret)}"
    form = "grant_type=client_credentials"
    if credential.scope:
        form += f"&scope={quote(credential.scope)}"
    with Connections(require_address(credential.token_url)) as connections:
        received = connections.send(
            "POST",
            "",
            headers={
                "Authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            content=form.encode(),
        )
    told = _json_or_text(received.body)
    token = told.get("access_token") if isinstance(told, dict) else None
    if not isinstance(token, str) or not token:
        says = f"No token was given: the token URL answered {received.status}."
        raise NoAnswerError(says, was_sent=False)
    seconds = told.get("expires_in")
    return token, float(seconds) if isinstance(seconds, int | float) else 300.0


def _json_or_text(body: bytes) -> Any:
    if not body.strip():
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body[:2_000].decode("utf-8", "replace")
