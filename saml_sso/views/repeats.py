"""The same response once more from the same browser: *Back*, *Reload*, a double click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.signing_in.sessions import COLUMNS_KEY
from saml_sso.services.sign_in import ASSERTION, LED_TO
from saml_sso.views.browser import SeeOther, may_hide_session

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from saml_sso.trust import Trust


def leads_on(request: HttpRequest, trust: Trust, digest: str) -> HttpResponse | None:
    """Return where an assertion that was used before leads this browser, or nothing.

    It leads to where it led the first time, if the browser's session began with it; nothing else
    follows.  A browser that holds its session cookie back is sent to an address to which it
    brings it (:func:`saml_sso.views.sign_on.again`).
    """
    if may_hide_session(request):
        return SeeOther(reverse("saml-again", args=[trust.tenant.slug, digest]))
    return went_before(request, digest)


def went_before(request: HttpRequest, digest: str) -> HttpResponse | None:
    """Return where this browser's session began, if it did with that assertion."""
    if not request.user.is_authenticated:
        return None
    began = request.session.get(COLUMNS_KEY, {}).get("saml") or {}
    if began.get(ASSERTION) != digest or not began.get(LED_TO):
        return None
    return SeeOther(began[LED_TO])
