"""``/.well-known/security.txt`` (RFC 9116): where to report what one finds in this deployment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpRequest

_GOOD_FOR: Final = timedelta(days=180)
"""Section 2.5.5 recommends less than a year; the file is made anew for each request."""


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Return the operator's contact, if ``GATEHOUSE_SECURITY_CONTACT`` names one."""
    if not settings.SECURITY_CONTACT:
        raise Http404("No contact for reports was set.")
    expires = (timezone.now() + _GOOD_FOR).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires}",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
        "Preferred-Languages: en",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
