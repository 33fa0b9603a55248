"""Answers for the moment in which too many passwords are hashed at once."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.shortcuts import render

from accounts.errors import HashingBusyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


class HashingBusyMiddleware:
    """Answers 503 where no view does: nothing was changed, and no attempt was counted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve ``request``."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page for a hash that was not to be had in time; other errors go on."""
        if not isinstance(error, HashingBusyError):
            return None
        return as_busy(render(request, "errors/busy.html", {"reason": error}))


class FormKeptWhenBusy:
    """A view that shows its form again, with what was typed apart from passwords."""

    def dispatch(self, request: HttpRequest, *args: str, **kwargs: str) -> HttpResponseBase:
        """Serve ``request``, or show the form and say that it can be sent again in a moment."""
        try:
            answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except HashingBusyError as error:
            return as_busy(self.form_again(request, error))
        return answer

    def form_again(self, request: HttpRequest, error: HashingBusyError) -> HttpResponse:
        """Return the page with the form that was sent and the sentence of ``error``."""
        raise NotImplementedError


def as_busy(page: HttpResponse) -> HttpResponse:
    """Make ``page`` say to programs what it says to people: not now, but soon."""
    page.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    page["Retry-After"] = str(HashingBusyError.retry_after)
    return page
