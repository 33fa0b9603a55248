"""What no database can store does not get past the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.shortcuts import render

from accounts.storable import is_storable, storable

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class StorableRequestMiddleware:
    """Refuse addresses and forms that hold a NUL, and mend headers that do.

    No browser and no person sends one; whoever does gets 400 before anything is looked up or
    written down.  SCIM refuses it in its own words (:mod:`scim.protocol.values`).  Views that read
    their form themselves (``csrf_exempt``, those of SAML) judge its fields, too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve ``request`` if its address can be stored."""
        for name, value in request.META.items():
            if name.startswith("HTTP_") and not is_storable(value):
                request.META[name] = storable(value)
        if not is_storable(request.path) or not _all_storable(request.GET):
            return render(request, "errors/400.html", status=400)
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Refuse a form whose fields, or the names of whose files, cannot be stored.

        Raises:
            BadRequest: One of them holds a NUL.
        """
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        files = [file.name or "" for _field, many in request.FILES.lists() for file in many]
        if not _all_storable(request.POST) or not all(map(is_storable, files)):
            raise BadRequest("A field of the form holds what cannot be stored.")


def _all_storable(fields: Any) -> bool:
    return all(
        is_storable(name) and all(map(is_storable, values)) for name, values in fields.lists()
    )
