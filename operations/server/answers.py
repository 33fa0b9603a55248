"""What the server answers by itself, without the application: that it cannot, now or at all."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from accounts.requests.request_id import HEADER
from operations.requests.refusal_pages import page
from scim.http.middleware import is_scim
from scim.protocol import urns

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from operations.server.rsgi import HTTPProtocol

STATUSES: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""What a :class:`Refusal` may be; each has a page."""

_ID: Final = HEADER.lower()
_WITHOUT_BODY: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_SCIM_TYPE: Final = "application/scim+json"
_PAGE_HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; style-src 'self'; img-src 'self'; "
     "font-src 'self'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
)  # fmt: skip


class Answer(NamedTuple):
    """A whole answer to a request."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def with_id(self, request_id: str) -> Answer:
        """Return the answer with the id of its request, unless the application has put it there."""
        if any(name.lower() == _ID for name, _value in self.headers):
            return self
        return self._replace(headers=[*self.headers, (_ID, request_id)])

    def closing(self) -> Answer:
        """Return the answer after which the connection is closed, because a body is left unread."""
        return Answer(self.status, [*self.headers, ("connection", "close")], self.body)

    def send(self, proto: HTTPProtocol, request_id: str) -> None:
        """Send the answer, with the id of its request.

        Any thread may: granian takes the first answer to a request and leaves further ones.
        """
        status, headers, body = self.with_id(request_id)
        if status in _WITHOUT_BODY:
            proto.response_empty(status, headers)
        else:
            proto.response_bytes(status, headers, body)


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """The request is not served; its message says why, in a sentence for whoever reads the log.

    ``retry_after`` is in seconds.  ``closes``: the connection has an unread body, so it ends.
    ``unread`` is what the client goes on sending, if it is to be read on.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        retry_after: int = 0,
        closes: bool = False,
        unread: AsyncGenerator[bytes] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after = retry_after
        self.closes = closes
        self.unread = unread

    def answer(self, path: str) -> Answer:
        """Return what a client of ``path`` is told: SCIM's Error message, or a page."""
        if is_scim(path):
            message = {
                "schemas": [urns.ERROR],
                "status": str(self.status.value),
                "detail": self.detail,
            }
            headers, body = [("content-type", _SCIM_TYPE)], orjson.dumps(message)
        else:
            headers, body = list(_PAGE_HEADERS), page(self.status)
        if self.retry_after:
            headers.append(("retry-after", str(self.retry_after)))
        answer = Answer(self.status, headers, body)
        return answer.closing() if self.closes else answer


def prepare_pages() -> None:
    """Render the pages now: later, everybody would wait while one is."""
    for status in STATUSES:
        page(status)
