"""Secrets in addresses: which parts of a path are one, and logs without them.

A route declares a secret as ``<secret:name>``.  From then on no record of a log holds it, whoever
logs the path, and no page below it tells its whole address to another.
"""

from __future__ import annotations

import logging
import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.urls import URLPattern, URLResolver, register_converter
from django.urls.converters import StringConverter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest, HttpResponse

MASK: Final = "•••"
LONGEST_LOGGED: Final = 500
"""Characters of a path that a record of a log holds."""
_PARAMETER: Final = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")
_NEVER_LOGGED: Final = re.compile(
    # Values in query strings and forms, in headers, and in cookies.
    r"((?:SAMLResponse|SAMLRequest|RelayState|Signature|token|secret|password\d?)=)"
    r"[^&\s\"']+"
    r"|(\b(?:Bearer|Basic)\s+)[\w.~+/=-]+"
    r"|(\bgatehouse_\w+=)[^;\s\"']+",
    re.IGNORECASE,
)


class SecretConverter(StringConverter):
    """A part of a path that whoever knows it may use: of a link, for example."""


register_converter(SecretConverter, "secret")


class SecretPathMiddleware:
    """Keeps an address with a secret out of the ``Referer`` header, which servers log.

    The origin is still told: forms of other pages are refused by it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve ``request``."""
        response = self._get_response(request)
        if mask_path(request.path) != request.path:
            response["Referrer-Policy"] = "strict-origin"
        return response


def mask_path(path: str) -> str:
    """Return ``path``, which is one of ours or nearly so, without the secrets in it."""
    for pattern in _secret_paths(settings.ROOT_URLCONF, "/"):
        path = pattern.sub(rf"\g<1>{MASK}", path)
    return path


def mask_text(text: str) -> str:
    """Return ``text`` without secrets of addresses, headers, cookies and queries in it."""
    for pattern in _secret_paths(settings.ROOT_URLCONF, r"/\s\"'"):
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return _NEVER_LOGGED.sub(lambda found: f"{found[1] or found[2] or found[3]}{MASK}", text)


def install() -> None:
    """Have every log record of this process made without secrets, for every handler."""
    make = logging.getLogRecordFactory()
    if getattr(make, "masks_secrets", False):
        return

    def make_masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        return _without_secrets(make(*args, **kwargs))

    make_masked.masks_secrets = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make_masked)


def _without_secrets(record: logging.LogRecord) -> logging.LogRecord:
    if isinstance(record.args, tuple):
        record.args = tuple(_masked_argument(each) for each in record.args)
    try:
        message = record.getMessage()
    except (TypeError, ValueError):
        return record  # The handler says what is wrong with the call.
    masked = mask_text(message)
    if masked != message:
        record.msg, record.args = masked, None
    if record.exc_info and record.exc_info[0]:
        # What is written here is not written anew by the handlers' formatters.
        record.exc_text = mask_text(logging.Formatter().formatException(record.exc_info))
    return record


def _masked_argument(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith("/"):
        return value
    masked = mask_path(value)
    return masked if len(masked) <= LONGEST_LOGGED else f"{masked[:LONGEST_LOGGED]}…"


def _secret_paths(urlconf: str, ends: str) -> tuple[re.Pattern[str], ...]:
    """Return what to look for; a secret goes on until one of the characters ``ends``.

    Before the routes are there, no request was served whose path could be logged.
    """
    routes = getattr(sys.modules.get(urlconf), "urlpatterns", None)
    return _patterns(urlconf, ends) if routes is not None else ()


@lru_cache(maxsize=8)
def _patterns(urlconf: str, ends: str) -> tuple[re.Pattern[str], ...]:
    found = {
        start
        for route in _routes(sys.modules[urlconf].urlpatterns, "/")
        for start in _starts_of_secrets(route)
    }
    ordered = sorted(found, key=len, reverse=True)
    # Looking from the first slash of a row only, so that a million slashes are looked at once each.
    return tuple(re.compile(rf"((?<!/){start})[^{ends}?#]+", re.IGNORECASE) for start in ordered)


def _routes(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for each in patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, route)
        elif "<secret:" in route:
            yield route


def _starts_of_secrets(route: str) -> Iterator[str]:
    """Yield regular expressions for what stands before each secret of ``route``."""
    start, position = "", 0
    for parameter in _PARAMETER.finditer(route):
        start += re.escape(route[position : parameter.start()]).replace("/", "/+")
        if parameter["converter"] == "secret":
            yield start
        start += r"[^/\s]+"
        position = parameter.end()
