"""Gives each request its id; see :mod:`accounts.requests.request_id`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from accounts.requests.request_id import HEADER, chosen, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_KEY: Final = "gatehouse.request_id"
_SENT: Final = "HTTP_X_REQUEST_ID"


def request_id_of(environ: dict[str, Any]) -> str:
    """Return the id of a request, which it keeps from the first time on."""
    known: str | None = environ.get(_KEY)
    if known is None:
        known = environ[_KEY] = chosen(
            environ.get(_SENT, ""), by_trusted_proxy=settings.TRUSTED_PROXIES > 0
        )
    return known


class RequestIdMiddleware:
    """Serves a request under its id, and tells it in the answer.  The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve ``request``."""
        request_id = request_id_of(request.META)
        with serving(request_id):
            response = self._get_response(request)
        response.headers[HEADER] = request_id
        return response
