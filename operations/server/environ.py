"""Requests as granian hands them over (RSGI), made what Django reads (WSGI, PEP 3333)."""

from __future__ import annotations

import sys
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from operations.server.answers import Refusal

if TYPE_CHECKING:
    from operations.server.rsgi import Scope

_JOINED_BY: Final = {"cookie": "; "}
_NAMES: dict[str, str] = {
    "content-type": "CONTENT_TYPE",
    "content-length": "CONTENT_LENGTH",
}
_MOST_NAMES: Final = 1_000


def environ_of(scope: Scope) -> dict[str, Any]:
    """Return the environment of a request, without its body.

    A header whose name holds an underscore is left out, as Django's own server does: it would
    have the name of another one, and a client could speak with a proxy's voice.
    """
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode("utf-8", "surrogateescape").decode("latin-1"),
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = _NAMES.get(name) or _named(name)
        if not key:
            continue
        if key in environ:
            environ[key] = f"{environ[key]}{_JOINED_BY.get(name, ',')}{value}"
        else:
            environ[key] = value
    if scope.authority:  # An address in the request's first line counts before the header.
        environ["HTTP_HOST"] = scope.authority
    return environ


def refuse_long_address(scope: Scope, most: int) -> None:
    """Refuse a path with its query of more than ``most`` characters.

    Raises:
        Refusal: 414; the body is left unread.
    """
    if len(scope.path) + len(scope.query_string) > most:
        raise Refusal(
            HTTPStatus.REQUEST_URI_TOO_LONG,
            f"The path with its query is longer than {most} characters.",
            closes=True,
        )


def announced_length(environ: dict[str, Any]) -> int | None:
    """Return how many bytes the body has, or ``None`` when its end will tell.

    Raises:
        Refusal: The two ways of saying it are used at once, or one that is not understood: who
            read it otherwise would find another request in the rest (RFC 9112, Section 11.2).
    """
    coding = environ.get("HTTP_TRANSFER_ENCODING")
    length = environ.get("CONTENT_LENGTH", "")
    if coding is None:
        return int(length) if length.isdecimal() else 0
    if length or coding.strip().lower() != "chunked":
        raise Refusal(
            HTTPStatus.BAD_REQUEST,
            "Send either Content-Length or Transfer-Encoding: chunked, and no other coding.",
            closes=True,
        )
    return None


def give_body(environ: dict[str, Any], body: bytes) -> None:
    """Put the body, which is whole, into the environment; its framing is over."""
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(len(body)) if body else ""
    environ["wsgi.input"] = BytesIO(body)


def _named(name: str) -> str:
    if "_" in name:
        return ""
    key = f"HTTP_{name.upper().replace('-', '_')}"
    if len(_NAMES) < _MOST_NAMES:
        _NAMES[name] = key
    return key
