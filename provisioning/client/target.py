"""A target: the SCIM server of an application, as a client speaks to it (RFC 7644)."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlencode, urlsplit

import orjson
from django.utils import timezone

from accounts.outgoing.connections import Connection, Received
from accounts.outgoing.errors import BrokenOffError, FetchError, NotReachedError
from accounts.storable import storable
from provisioning.client.credentials import TokenRefusedError
from provisioning.client.echoes import without_echoes, without_echoes_in
from provisioning.client.exchanges import Exchange
from provisioning.client.listing import Listing
from provisioning.client.received_json import json_of
from provisioning.client.time_limit import at_most
from provisioning.protocol.answers import Outcome, outcome, unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from provisioning.client.credentials import Credential
    from provisioning.protocol.dialects import Dialect
    from provisioning.protocol.steps import Kind

MEDIA_TYPE: Final = "application/scim+json"
MOST_BYTES: Final = 16 * 1024 * 1024
SECONDS: Final = 30.0
"""How long one request may take, all in all: targets do slow things while they create somebody."""

_UNAUTHORIZED: Final = 401
_PASSING: Final = frozenset({408, 425, 429})
_REDIRECTS: Final = range(300, 400)


class TargetPausedError(Exception):
    """Nobody may ask this target before ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request, whatever it was.

    Attributes:
        status: The HTTP status, or 0 when no answer came.
        headers: By lower-case name.
        json: The body as JSON; ``None`` when it is empty or no JSON.
        seconds: How long it took.
        outcome: How it ended, for whoever decides what follows.
        exchange: The request and its answer, for the log.
    """

    status: int
    headers: Mapping[str, str]
    json: Any
    seconds: float
    outcome: Outcome
    exchange: Exchange


class Target:
    """A connection to one target, open while the block lasts; for one thread.

    Args:
        base_url: Where the endpoints are; what follows the path of it is ours.
        before_each: Called before each request; it may wait, or raise
            :class:`TargetPausedError`.
    """

    def __init__(
        self,
        *,
        base_url: str,
        credential: Credential,
        dialect: Dialect,
        before_each: Callable[[], None],
    ) -> None:
        self.dialect = dialect
        self._base_url = base_url.strip().rstrip("/")
        self._credential = credential
        self._before_each = before_each
        self._stack = ExitStack()
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        """Return the target; the connection is made with the first request."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._connection = None
        self._stack.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        if_match: str = "",
    ) -> Answer:
        """Send one request to ``path`` below the base URL; return what came of it.

        A short-lived token that the target refuses is asked for anew, once.

        Raises:
            TargetPausedError: As ``before_each`` does; nothing else is raised for what a network
                or a target does.
        """
        answer = self._answered(method, path, params, body, if_match)
        if answer.status == _UNAUTHORIZED and self._credential.forget():
            return self._answered(method, path, params, body, if_match)
        return answer

    def service_provider_config(self) -> Answer:
        """Ask what the target can (RFC 7643, Section 5)."""
        return self.request("GET", "/ServiceProviderConfig")

    def list_all(self, kind: Kind, *, params: Mapping[str, str] | None = None) -> Listing:
        """Return all resources of a kind, a page each; see :class:`Listing` for completeness."""
        return Listing(
            lambda paging: self.request("GET", f"/{kind}s", params={**(params or {}), **paging}),
            page_size=self.dialect.page_size,
            by_cursor=self.dialect.cursors,
        )

    def _answered(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Any,
        if_match: str,
    ) -> Answer:
        self._before_each()
        query = f"?{urlencode(params)}" if params else ""
        said = (method, f"{self._base_url}{path}{query}", body)
        content = None if body is None else orjson.dumps(body)
        began = time.monotonic()
        try:
            connection, headers = self._opened(), self._headers(content, if_match)
            received = connection.ask(
                method,
                f"{urlsplit(self._base_url).path}{path}{query}",
                headers=headers,
                content=content,
                seconds=at_most(SECONDS),
            )
        except TokenRefusedError as error:
            # Who is not let in at the token URL is not let in at the target, which was not asked.
            passes = error.status in _PASSING or error.status >= _SERVER_ERRORS
            status = error.status if passes else _UNAUTHORIZED
            ended = Outcome(method, status, detail=str(error), was_sent=False)
            return _answer(said, status, {}, None, ended, began)
        except FetchError as error:
            ended = unanswered(method, str(error), was_sent=isinstance(error, BrokenOffError))
            return _answer(said, 0, {}, None, ended, began)
        # The token that was sent may be forgotten by now, as another thread was refused with it.
        sent = headers["Authorization"].partition(" ")[2]
        return _read(said, _unsaid(received, {*self._credential.secrets(), sent}), began)

    def _opened(self) -> Connection:
        if self._connection is None:
            connection = Connection(self._base_url, most_bytes=MOST_BYTES, seconds=SECONDS)
            self._connection = self._stack.enter_context(connection)
        return self._connection

    def _headers(self, content: bytes | None, if_match: str) -> dict[str, str]:
        headers = {
            "Authorization": self._credential_header(),
            "Accept": f"{MEDIA_TYPE}, application/json",
            "User-Agent": "Gatehouse",
        }
        if content is not None:
            headers["Content-Type"] = MEDIA_TYPE
        if if_match:
            headers["If-Match"] = if_match
        return headers

    def _credential_header(self) -> str:
        try:
            return self._credential.header()
        except BrokenOffError as error:
            # The token URL may have read its request; the target has read nothing.
            raise NotReachedError(str(error)) from error


_SERVER_ERRORS: Final = 500
_ESCAPED: Final = re.compile(rb"\\u00[2-7]")
"""A character of ASCII that JSON may spell so: some write ``+`` and ``=`` like that."""


def _unsaid(received: Received, secrets: Collection[str]) -> Received:
    """Return an answer without what it says back of the credential, in its headers either."""
    body = without_echoes(received.body, secrets)
    json = json_of(body) if _ESCAPED.search(body) else None
    if json is not None:
        body = orjson.dumps(without_echoes_in(json, secrets))
    headers = {
        name: without_echoes(value.encode(), secrets).decode()
        for name, value in received.headers.items()
    }
    return Received(received.status, headers, body)


def _read(said: tuple[str, str, Any], received: Received, began: float) -> Answer:
    method = said[0]
    json = json_of(received.body)
    text = storable(received.body.decode(errors="replace"))
    shown = text if json is None and text.strip() else json
    ended = outcome(method, received.status, received.headers, shown, now=timezone.now())
    if received.status in _REDIRECTS:
        where = received.headers.get("location", "")[:200]
        ended = Outcome(method, received.status, detail=f"redirect to {where}")
    return _answer(said, received.status, received.headers, shown, ended, began, json=json)


def _answer(  # noqa: PLR0913, PLR0917 - the parts of an answer
    said: tuple[str, str, Any],
    status: int,
    headers: Mapping[str, str],
    shown: Any,
    ended: Outcome,
    began: float,
    *,
    json: Any = None,
) -> Answer:
    seconds = time.monotonic() - began
    method, url, body = said
    return Answer(
        status, headers, json, seconds, ended, Exchange(method, url, body, status, shown, seconds)
    )
