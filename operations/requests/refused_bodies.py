"""Answers to requests whose body could not be taken: a page, or a SCIM error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import UnreadablePostError

from operations.requests.errors import bad_request
from operations.requests.request_bodies import refusal_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponse, HttpResponseBase


class RequestBodyMiddleware:
    """Refuse requests whose body could not be taken, and those whose body ends too early."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a refused request at once, before anything looks at its body."""
        refusal = refusal_of(request.META)
        if isinstance(refusal, UnreadablePostError):
            return bad_request(request, refusal)
        if refusal is not None:
            raise refusal
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 400 where a view has read a body that its client did not send to the end."""
        if isinstance(exception, UnreadablePostError):
            return bad_request(request, exception)
        return None
