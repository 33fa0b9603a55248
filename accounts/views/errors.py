"""Pages for requests that cannot be served."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from axes.helpers import get_cool_off
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.posted_forms.kept_forms import shown_again
from accounts.requests.request_id import current
from accounts.signing_in.throttling import throttled_name
from accounts.storage.finding import accounts_of
from accounts.trail.refusals import record_refused_entry
from accounts.views.landing import landing_path, safe_next

if TYPE_CHECKING:
    from django.http import HttpRequest

_SECONDS_PER_MINUTE = 60


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form is too old, and how to go on (``CSRF_FAILURE_VIEW``).

    Whoever signed in anew meanwhile is given back what they entered.  A sign-in that is sent twice,
    by a double click or from a second tab, leads to where the first one led.
    """
    if request.user.is_authenticated and request.path == reverse("sign-in"):
        return redirect(landing_path(request.user, safe_next(request)))
    return shown_again(request) or render(request, "errors/csrf.html", status=HTTPStatus.FORBIDDEN)


def locked_out(
    request: HttpRequest,
    response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """Say how long sign-in pauses after too many failures (``AXES_LOCKOUT_CALLABLE``).

    The same for known and unknown addresses.
    """
    for user in accounts_of(throttled_name(request, credentials)):
        reason = _("Too many failures: sign-in pauses for this address.")
        record_refused_entry("sign_in.throttled", user, reason=reason)
    pause = get_cool_off(request)
    page = render(
        request,
        "errors/locked_out.html",
        {"minutes": math.ceil(pause.total_seconds() / _SECONDS_PER_MINUTE)},
        status=HTTPStatus.TOO_MANY_REQUESTS,
    )
    page["Retry-After"] = str(math.ceil(pause.total_seconds()))
    return page


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400 (``handler400``)."""
    return render(request, "errors/400.html", status=HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403 (``handler403``)."""
    return render(request, "errors/403.html", status=HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 (``handler404``); the same whether the page is missing or somebody else's."""
    return render(request, "errors/404.html", status=HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 (``handler500``) with a page that needs no database and no session."""
    return HttpResponse(
        render_to_string("errors/500.html", {"request_id": current()}),
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
    )
