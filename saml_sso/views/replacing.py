"""Asking before a sign-in that nobody here began takes the place of somebody else's session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.signing_in.sessions import stored_key
from saml_sso.protocol.errors import MessageError
from saml_sso.services.evidence import Evidence
from saml_sso.services.requests import (
    consume_request,
    decline_replacement,
    waiting_replacement,
)
from saml_sso.views.browser import SeeOther, digest_of_browser
from saml_sso.views.reception import Reception, conclude, refuse
from saml_sso.views.sign_on import refused_unheard
from saml_sso.views.tenants import in_tenant

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from saml_sso.trust import Trust


@never_cache
@require_http_methods(["GET", "POST"])
@in_tenant(refused_unheard)
def replace(request: HttpRequest, trust: Trust, request_id: str) -> HttpResponse:
    """Ask who is to be signed in in this browser from now on, and do what is answered."""
    reception = Reception(request, trust, digest_of_browser(request))
    key = stored_key(request.session.session_key) if request.user.is_authenticated else None
    waiting = waiting_replacement(request_id=request_id, session_key=key or "")
    if waiting is None:
        return refuse(reception, _asked_no_more(request_id), reception.outline())
    evidence = Evidence.from_json(waiting.answer or {})
    if request.method == "GET":
        return render(request, "saml/replace.html", {"person": evidence.identifier})
    if "stay" in request.POST:
        decline_replacement(asked=waiting, evidence=evidence)
        return SeeOther(reverse("account"))
    consume_request(request_id=waiting.pk, browser=waiting.browser_digest)
    reception.agreed = waiting
    return conclude(reception, evidence)


def _asked_no_more(request_id: str) -> MessageError:
    return MessageError(
        "replacement",
        expected="an answer within ten minutes, by the person who was signed in then",
        got=request_id,
        remedy="Start the sign-in again from the identity provider.",
    )
