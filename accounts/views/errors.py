"""Pages for requests that cannot be served."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form is too old, and how to go on (``CSRF_FAILURE_VIEW``)."""
    return render(request, "errors/csrf.html", status=HTTPStatus.FORBIDDEN)
