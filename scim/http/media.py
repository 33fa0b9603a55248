"""Bodies of SCIM: which media types are read and sent (RFC 7644, Sections 3.1 and 8.1)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from typing_extensions import override

from scim.limits import MAX_BODY
from scim.protocol.errors import (
    InvalidSyntaxError,
    NotAcceptableError,
    PayloadTooLargeError,
    UnsupportedMediaTypeError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest
    from rest_framework.request import Request

MEDIA_TYPE: Final = "application/scim+json"

_CHUNK: Final = 65_536
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_READABLE: Final = frozenset({MEDIA_TYPE, "application/json"})
_ACCEPTED: Final = frozenset({"*/*", "application/*", *_READABLE})


def read_json(request: HttpRequest) -> Any:
    """Return what the body of a request says.

    Raises:
        UnsupportedMediaTypeError: It is neither of the media types that SCIM is sent in, or is
            compressed.
        PayloadTooLargeError: It is longer than :data:`MAX_BODY`.
        InvalidSyntaxError: It is not JSON, or nests absurdly deep.
    """
    media_type = (request.content_type or "").lower()
    if not media_type and request.META.get("CONTENT_LENGTH", "") in {"", "0"}:
        raise InvalidSyntaxError("A body is needed, and there is none.")
    if media_type not in _READABLE:
        raise UnsupportedMediaTypeError(
            f"Send the body as {MEDIA_TYPE} or application/json, not as "
            f"{media_type[:80] or 'nothing in particular'}."
        )
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in {"", "identity"}:
        raise UnsupportedMediaTypeError(
            f"Send the body as it is, not encoded as {encoding[:80]} (Content-Encoding)."
        )
    try:
        body = request.body
    except RequestDataTooBig:
        body = None
    except UnreadablePostError:
        raise InvalidSyntaxError("The body ended before it was complete.") from None
    if body is None or len(body) > MAX_BODY:
        raise PayloadTooLargeError(f"The body is longer than {MAX_BODY} bytes.")
    return decode(body)


def read_to_the_end(request: HttpRequest) -> None:
    """Read what a refused client is still sending, up to four times :data:`MAX_BODY`.

    A server that answers a request it did not read closes the connection, and a client that
    keeps its connections then loses the request it sends next.
    """
    with suppress(UnreadablePostError, RawPostDataException):
        left = 4 * MAX_BODY
        while left > 0 and (chunk := request.read(min(left, _CHUNK))):
            left -= len(chunk)


def decode(body: bytes) -> Any:
    """Return what ``body`` says, or refuse it as :func:`read_json` does.

    A byte order mark, which .NET writes by default, is ignored (RFC 8259, Section 8.1).
    """
    try:
        return orjson.loads(body.removeprefix(_BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        raise InvalidSyntaxError(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None


class SCIMParser(BaseParser):
    """Reads bodies for views that ask Django REST framework for ``request.data``."""

    media_type = MEDIA_TYPE

    @override
    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return decode(stream.read(MAX_BODY + 1))


class SCIMRenderer(BaseRenderer):
    """Sends messages, under SCIM's media type whatever the client accepts."""

    media_type = MEDIA_TYPE
    format = "scim"
    charset = None

    @override
    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data)


class SCIMNegotiation(BaseContentNegotiation):
    """Accepts every client that can be answered in JSON."""

    @override
    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        return next(iter(parsers)) if (request.content_type or "") in _READABLE else None

    @override
    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        check_acceptable(request.META.get("HTTP_ACCEPT"))
        return next(iter(renderers)), MEDIA_TYPE


def check_acceptable(header: str | None) -> None:
    """Refuse a client whose ``Accept`` leaves no way to send JSON.

    Raises:
        NotAcceptableError: It accepts other media types only.
    """
    if not header or header in _ACCEPTED:
        return
    for choice in header.lower().split(","):
        media_type, *parameters = (part.strip() for part in choice.split(";"))
        if media_type in _ACCEPTED and not any(
            parameter.replace(" ", "") in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
            for parameter in parameters
        ):
            return
    raise NotAcceptableError(f"Answers are sent as {MEDIA_TYPE}; accept that type.")


def respond(
    message: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return a response that carries ``message``."""
    return HttpResponse(
        orjson.dumps(message), status=status, headers=headers, content_type=MEDIA_TYPE
    )


def respond_without_body(status: int, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a response that carries nothing, under SCIM's media type as every other."""
    return HttpResponse(status=status, headers=headers, content_type=MEDIA_TYPE)
