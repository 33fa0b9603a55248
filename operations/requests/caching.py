"""What the product answers is kept by nobody on the way, nor by the browser: it is about people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class NoStoreMiddleware:
    """Forbid storing every answer that comes from a view (RFC 9111, Section 5.2.2.5).

    A view that knows better says so with a ``Cache-Control`` of its own.  Static files never come
    here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with ``Cache-Control: no-store`` unless the view has said something itself."""
        response = self._get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
