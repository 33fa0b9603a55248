"""*Test sign-in*: from the page to the identity provider, and back to a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from config.security.page import frame, tenant_of
from saml_sso.services.requests import LIFETIME, Purpose, begin_request, browser_digest
from saml_sso.views.browser import remember, secret_of_browser, send_away

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_POST
def begin_test(request: HttpRequest) -> HttpResponse:
    """Send the admin to the identity provider, or ask them to start there themselves."""
    assert isinstance(request.user, User)  # noqa: S101 - the console let them in
    tenant = tenant_of(request)
    secret = secret_of_browser(request)
    outgoing = begin_request(
        tenant=tenant,
        browser=browser_digest(secret),
        purpose=Purpose.TEST,
        tester=request.user,
    )
    if outgoing is not None:
        response = send_away(request, outgoing)
    else:
        minutes = int(LIFETIME.total_seconds() // 60)
        context = {**frame(request, tenant), "title": _("Test sign-in"), "minutes": minutes}
        response = render(request, "security/test_at_idp.html", context)
    remember(response, secret)
    return response
