"""Where a person goes after signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.addresses import PLATFORM

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


def safe_next(request: HttpRequest) -> str:
    """Return the path in ``next`` when it is one of this site, or nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    stays_here = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None
    )
    return wanted if stays_here else ""


def landing_path(user: User, wanted: str = "") -> str:
    """Return ``wanted``, or the page a person of this kind starts from."""
    if wanted:
        return wanted
    return PLATFORM.path() if user.is_operator else reverse("account")


def with_next(path: str, wanted: str) -> str:
    """Return ``path`` with a query that remembers where the person wanted to go."""
    return f"{path}?{urlencode({'next': wanted})}" if wanted else path


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send people to their start page, and strangers to the sign-in page."""
    if request.user.is_authenticated:
        return redirect(landing_path(request.user))
    return redirect("sign-in")
