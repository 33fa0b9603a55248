"""What tests of requests do: people who ask and decide in their browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from access_requests.models import AccessRequest
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Subscription
from tests.support.html_forms import what_is_sent

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from accounts.models import AccessProfile, Tenant

ASK = "/account/requests/new/"
INBOX = "/console/access_requests/accessrequest/"


def key_of(thing: Subscription | AccessProfile) -> str:
    """Return what the form calls a thing."""
    kind = "licence" if isinstance(thing, Subscription) else "profile"
    return f"{kind}:{thing.pk}"


def ask(browser: Client, what: Any, **entered: Any) -> HttpResponse:
    """Ask for something as whoever is signed in."""
    sent = {"thing": key_of(what), "reason": "For the spring tender.", "until": "", **entered}
    return browser.post(ASK, sent, follow=True)  # type: ignore[return-value]


def page_of(request: AccessRequest) -> str:
    """Return where a request is decided."""
    return f"{INBOX}{request.pk}/change/"


def decide(browser: Client, request: AccessRequest, pressed: str, **entered: Any) -> HttpResponse:
    """Open the page of ``request`` and press a button, with what is entered before."""
    shown = what_is_sent(browser.get(page_of(request)).content.decode(), "version")
    sent = {**shown, "decide": pressed, **entered}
    return browser.post(page_of(request), sent, follow=True)  # type: ignore[return-value]


def only_request(tenant: Tenant) -> AccessRequest:
    """Return the one request there is."""
    with tenant_scope(tenant):
        return AccessRequest.objects.select_related("user").get()
