"""The bodies of requests, whichever way their length is told, under any WSGI server.

Django knows ``CONTENT_LENGTH`` only: without it a body is empty, and what a client sends in chunks
is lost.  So a body in chunks is read here, within the limit, and its length is what was read.  What
cannot be framed is refused with a page or a SCIM error, as everything else is.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import UnreadablePostError

if TYPE_CHECKING:
    from typing import BinaryIO
    from wsgiref.types import WSGIEnvironment

_REFUSAL: Final = "gatehouse.refused_body"
_CHUNK: Final = 65_536
_DIGITS: Final = 18
_READ_ON: Final = 4
"""How many times the limit is read of a body over it, so that its client hears the answer."""


def take_body(environ: WSGIEnvironment) -> None:
    """Let the body of a request be framed by its length.

    What cannot be is refused by :mod:`operations.requests.refused_bodies`.

    RFC 9112, Section 6.3: who reads one of two framings, or a length that is none, may find
    another request in the rest of the body than whoever passed it on.
    """
    coding, length = environ.get("HTTP_TRANSFER_ENCODING"), environ.get("CONTENT_LENGTH") or ""
    if coding is None:
        if length and not (length.isascii() and length.isdigit() and len(length) <= _DIGITS):
            _refuse(environ, BadRequest("Content-Length is no number of bytes."))
        return
    if length or coding.strip().lower() != "chunked":
        _refuse(environ, BadRequest("Send either Content-Length or Transfer-Encoding: chunked."))
    elif not environ.get("wsgi.input_terminated"):
        _refuse(environ, BadRequest("This server needs a Content-Length."))
    else:
        _take_chunks(environ)


def _take_chunks(environ: WSGIEnvironment) -> None:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = BytesIO()
    try:
        size = _copied(environ["wsgi.input"], body, limit)
    except OSError as error:
        _refuse(environ, UnreadablePostError(*error.args))
        return
    if size > limit:
        _refuse(environ, RequestDataTooBig("The body is over the limit."))
        return
    body.seek(0)
    del environ["HTTP_TRANSFER_ENCODING"]
    environ["CONTENT_LENGTH"], environ["wsgi.input"] = str(size), body


def _copied(source: BinaryIO, target: BinaryIO, limit: int) -> int:
    """Return how many bytes there were, of which no more than ``limit`` are kept."""
    size = 0
    while size <= _READ_ON * limit and (chunk := source.read(_CHUNK)):
        size += len(chunk)
        if size <= limit:
            target.write(chunk)
    return size


def _refuse(environ: WSGIEnvironment, error: Exception) -> None:
    environ[_REFUSAL] = error
    # Nothing of the body is to be taken for anything.
    environ["CONTENT_LENGTH"] = ""


def refusal_of(environ: WSGIEnvironment) -> Exception | None:
    """Return why the body of a request could not be taken, if it could not."""
    refusal: Exception | None = environ.get(_REFUSAL)
    return refusal
