"""*Test sign-in*: from the page to the identity provider, and back to a trace.

The identity provider opens in a tab of its own, and the page follows in the tab where the person
goes on afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.identifiers import read_number
from accounts.secrets.secrets_digest import digest_of
from accounts.signing_in.acting_session import acting_session
from console.saml_and_scim.page import admin_of, frame, tenant_of
from console.saml_and_scim.progress import latest_test_of, progress_response
from saml_sso.errors import StaleProposalError
from saml_sso.services.requests import (
    LIFETIME,
    Purpose,
    Tester,
    begin_request,
)
from saml_sso.views.browser import remember, secret_of_browser, send_away

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MINUTES = int(LIFETIME.total_seconds() // 60)


@require_POST
def begin_test(request: HttpRequest) -> HttpResponse:
    """Send the admin to the identity provider, or ask them to start there themselves."""
    tenant = tenant_of(request)
    secret = secret_of_browser(request)
    try:
        outgoing = begin_request(
            tenant=tenant,
            browser=digest_of(secret),
            purpose=Purpose.TEST,
            tester=_tester(request),
        )
    except StaleProposalError as error:
        messages.error(request, str(error))
        return redirect("console:saml-and-scim")
    if outgoing is not None:
        response = send_away(request, outgoing)
    else:
        context = {**frame(request, tenant), "title": _("Test sign-in"), "minutes": MINUTES}
        response = render(request, "console/saml_and_scim/test_at_idp.html", context)
    remember(response, secret)
    return response


def _tester(request: HttpRequest) -> Tester:
    """Return who tests here, and the candidate that the button was of, if it was."""
    return Tester(
        admin=admin_of(request),
        session=acting_session(),
        proposal_pk=read_number(request.POST.get("proposal", "")),
    )


@require_safe
def follow_test(request: HttpRequest) -> HttpResponse:
    """Say how far the admin's latest test is; nobody sees somebody else's here."""
    go_on = f"{reverse('console:saml-and-scim')}?tested#switches"
    return progress_response(request, latest_test_of(admin_of(request)), go_on)
