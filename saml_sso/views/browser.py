"""Which browser a pending sign-in belongs to, and sending that browser elsewhere.

The session cookie is ``SameSite=Lax`` and therefore absent when an identity provider on another
site posts its response.  This cookie is ``SameSite=None`` where browsers allow that (https).
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.secrets.secrets_digest import digest_of
from saml_sso.services.requests import LIFETIME

if TYPE_CHECKING:
    from django.http import HttpRequest

    from saml_sso.protocol.bindings import Outgoing

COOKIE = "gatehouse_saml"
_SECRET_BYTES = 32
_SECRET_LENGTH = 43


class SeeOther(HttpResponseRedirect):
    """A redirect that is always followed with GET, also after a POST."""

    status_code = HTTPStatus.SEE_OTHER


def digest_of_browser(request: HttpRequest) -> str:
    """Return the digest of this browser's secret, or nothing when it sent none."""
    secret = request.COOKIES.get(COOKIE, "")
    return digest_of(secret) if len(secret) == _SECRET_LENGTH else ""


def secret_of_browser(request: HttpRequest) -> str:
    """Return this browser's secret, or a new one; several tabs share it."""
    secret = request.COOKIES.get(COOKIE, "")
    return secret if len(secret) == _SECRET_LENGTH else secrets.token_urlsafe(_SECRET_BYTES)


def remember(response: HttpResponse, secret: str) -> None:
    """Let the browser keep its secret as long as what it began may be finished."""
    is_https = settings.BASE_URL.startswith("https://")
    response.set_cookie(
        COOKIE,
        secret,
        max_age=LIFETIME,
        path="/saml/",
        secure=is_https,
        httponly=True,
        samesite="None" if is_https else "Lax",
    )


def may_hide_cookie(request: HttpRequest) -> bool:
    """Tell whether another site posted this, so that the browser may have kept its cookie back."""
    return COOKIE not in request.COOKIES and request.headers.get("Sec-Fetch-Site") == "cross-site"


def may_hide_session(request: HttpRequest) -> bool:
    """Tell whether another site posted this, so that the browser kept its session cookie back."""
    return (
        settings.SESSION_COOKIE_NAME not in request.COOKIES
        and request.headers.get("Sec-Fetch-Site") == "cross-site"
    )


def send_away(request: HttpRequest, outgoing: Outgoing) -> HttpResponse:
    """Return what takes the browser to the identity provider with our message.

    The URL was checked when it was stored.  A form of ours may lead here, and browsers hold the
    redirects after a form to its page's ``form-action``; a page in between ends that.
    """
    if outgoing.fields:
        response = render(request, "saml/post.html", {"outgoing": outgoing})
        parts = urlsplit(outgoing.url)
        # Read by django-csp when it writes the header.
        vars(response)["_csp_update"] = {"form-action": [f"{parts.scheme}://{parts.netloc}"]}
        return response
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        return render(request, "saml/leave.html", {"outgoing": outgoing})
    return HttpResponseRedirect(outgoing.url)
