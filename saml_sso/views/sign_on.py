"""The sign-on page URL: a page for people, and the ACS for identity providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from accounts.secrets.secrets_digest import digest_of
from accounts.signing_in.fresh_sign_in import FRESH
from saml_sso.protocol.errors import MessageError
from saml_sso.services.attempts import new_reference
from saml_sso.services.replay import replayed
from saml_sso.services.requests import (
    answered_by,
    begin_request,
    parked_answer,
    waiting_requests,
)
from saml_sso.views.browser import (
    digest_of_browser,
    remember,
    secret_of_browser,
    send_away,
)
from saml_sso.views.forms import message_in_address
from saml_sso.views.reception import (
    Reception,
    conclude,
    own_path,
    receive_response,
    refuse,
    refused_page,
)
from saml_sso.views.repeats import went_before
from saml_sso.views.tenants import in_remembered_tenant, in_tenant, unavailable

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from saml_sso.trust import Trust


@csrf_exempt
@require_http_methods(["GET", "POST"])
def sign_on(request: HttpRequest, slug: str) -> HttpResponse:
    """``/saml/<tenant>/``: send a person to their identity provider, or receive its response.

    A SAML response authenticates itself, so it needs no CSRF token.
    """
    if request.method == "GET":
        return start(request, slug)
    response = receive(request, slug)
    response["Cache-Control"] = "no-store"
    return response


def refused_unheard(request: HttpRequest, slug: str, **names: str) -> HttpResponse:
    """Refuse as a tenant does that has not switched SAML on."""
    del slug, names
    return refused_page(request, new_reference())


def _start_nowhere(request: HttpRequest, slug: str) -> HttpResponse:
    if message_in_address(request) is not None:
        return refused_unheard(request, slug)
    return unavailable(request)


receive = in_remembered_tenant(receive_response, refused_unheard)


@in_tenant(_start_nowhere)
def start(request: HttpRequest, trust: Trust) -> HttpResponse:
    """Begin an SP-initiated sign-in; ``next`` names the page of ours to end on.

    With ``fresh`` the identity provider asks the person again who they are.
    """
    misplaced = message_in_address(request)
    if misplaced is not None:
        reception = Reception(request, trust, digest_of_browser(request))
        return refuse(reception, misplaced, reception.outline())
    secret = secret_of_browser(request)
    tenant = trust.tenant
    if not (tenant.saml_active and trust.is_configured):
        return unavailable(request)
    outgoing = begin_request(
        tenant=tenant,
        browser=digest_of(secret),
        destination=own_path(request.GET.get("next")),
        force_authn=FRESH in request.GET,
    )
    if outgoing is None:
        return render(request, "saml/sign_on.html", {"tenant": tenant})
    response = send_away(request, outgoing)
    remember(response, secret)
    add_never_cache_headers(response)
    return response


@require_GET
@in_tenant(refused_unheard)
def finish(request: HttpRequest, trust: Trust, request_id: str) -> HttpResponse:
    """Finish a sign-in whose answer came from another site, without this browser's cookie."""
    reception = Reception(request, trust, digest_of_browser(request))
    evidence = parked_answer(request_id=request_id, browser=reception.browser)
    if evidence is None:
        answered = answered_by(request_id=request_id, browser=reception.browser)
        again = went_before(request, answered.digest) if answered else None
        if again is not None:
            return again
        error = MessageError(
            "in_response_to",
            expected="a sign-in that this browser started, within ten minutes",
            got=request_id,
            remedy="Start the sign-in again from the sign-on page, and finish it in that browser.",
        )
        return refuse(reception, error, reception.outline())
    reception.pending = waiting_requests().get(pk=request_id)
    response = conclude(reception, evidence)
    add_never_cache_headers(response)
    return response


@never_cache
@require_GET
@in_tenant(refused_unheard)
def again(request: HttpRequest, trust: Trust, digest: str) -> HttpResponse:
    """Let a browser that sent a response twice go on, if its session began with that assertion."""
    response = went_before(request, digest)
    if response is not None:
        return response
    reception = Reception(request, trust, digest_of_browser(request))
    return refuse(reception, replayed(digest), reception.outline())
