"""Requests that cannot be served now: told so with 503, and done again where that may help."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.http import HttpResponse

from accounts.requests.outages import outage_of
from accounts.views import errors
from operations.requests.refusal_pages import page
from scim.http.exception_handler import scim_exception_handler
from scim.http.middleware import is_scim

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_LOST: Final = "gatehouse.lost_to_another"


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an exception that nobody caught (``handler500``): 503 for an outage, else 500."""
    error = sys.exception()
    if is_scim(request.path_info) and isinstance(error, Exception):
        return scim_exception_handler(error, {})
    outage = outage_of(error)
    if outage is None:
        return errors.server_error(request)
    request.META[_LOST] = outage.may_repeat
    return HttpResponse(
        page(HTTPStatus.SERVICE_UNAVAILABLE),
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Retry-After": str(outage.retry_after), "Cache-Control": "no-store"},
    )


class ConflictMiddleware:
    """Does a page's request once more that PostgreSQL broke off in favour of another's.

    Only while nothing of it has been committed, and no file was read that cannot be read again.
    The innermost middleware; requests of SCIM do not come here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve ``request``."""
        commits = connection.commits  # type: ignore[attr-defined] # accounts.postgresql
        response = self._get_response(request)
        lost = request.META.pop(_LOST, False)
        if lost and not request.FILES and connection.commits == commits:  # type: ignore[attr-defined]
            response = self._get_response(request)
        return response
