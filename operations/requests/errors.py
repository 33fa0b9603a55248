"""Requests that cannot be served, before or beside a view: as SCIM errors or as pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.views import errors as pages
from scim.http.exception_handler import scim_exception_handler
from scim.http.middleware import is_scim

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django refuses to read (``handler400``)."""
    if is_scim(request.path_info):
        return scim_exception_handler(exception, {})
    return pages.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is not allowed (``handler403``)."""
    if is_scim(request.path_info):
        return scim_exception_handler(exception, {})
    return pages.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what there is not (``handler404``)."""
    if is_scim(request.path_info):
        return scim_exception_handler(exception, {})
    return pages.not_found(request, exception)
