"""Addresses and forms are UTF-8, whatever charset a request claims for itself.

Django reads the query of an address in the charset that the ``Content-Type`` names.  So a GET could
choose a codec in which its query has no names at all (a filter was then none, and the list held
everybody), or one that is no charset (``zlib``), which no page survived.  Browsers write UTF-8 (URL
Standard, HTML Standard), JSON is UTF-8 (RFC 8259, 8.1), and nothing else is read here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIEnvironment

    from django.http import HttpRequest, HttpResponseBase

_DECLARED: Final = "gatehouse.charset"
_UTF_8: Final = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})
_CHARSET: Final = re.compile(r";\s*charset\*?=\s*([^;]{0,100})", re.IGNORECASE)
_BOUNDARY: Final = re.compile(r';\s*boundary=\s*("[^"]{1,80}"|[^\s;"]{1,80})', re.IGNORECASE)


def read_as_utf_8(environ: WSGIEnvironment) -> None:
    """Take every parameter but the boundary of a form from a request's ``Content-Type``.

    It has to be done before Django makes a request of ``environ``, for that decodes the query.
    """
    media_type, semicolon, _ = environ.get("CONTENT_TYPE", "").partition(";")
    if not semicolon:
        return
    declared = _CHARSET.search(environ["CONTENT_TYPE"])
    boundary = _BOUNDARY.search(environ["CONTENT_TYPE"])
    environ[_DECLARED] = declared[1].strip(" \t\"'").lower() if declared else ""
    environ["CONTENT_TYPE"] = media_type + (f"; boundary={boundary[1]}" if boundary else "")


class CharsetMiddleware:
    """Refuses forms of pages that say they are in another charset than UTF-8."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve ``request``."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Refuse a form whose letters would be read as others.

        What identity providers and SCIM clients post is in ASCII or JSON, so that it does not
        matter what they call it; their views read it themselves.

        Raises:
            BadRequest: It is in another charset.
        """
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        if request.META.get(_DECLARED, "") not in _UTF_8:
            raise BadRequest("Send forms in UTF-8.")
