"""Single Logout: requests of the identity provider, and its answers to ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from accounts.secrets.secrets_digest import digest_of
from saml_sso.protocol.bindings import Incoming, read_post, read_redirect
from saml_sso.protocol.errors import MessageError, SAMLError
from saml_sso.protocol.logout import read_logout_request, read_logout_response
from saml_sso.services.attempts import Kind, Outline, new_reference, record_refused
from saml_sso.services.logout import begun_logout, end_sessions_concerned, logout_answer
from saml_sso.services.replay import saml_is_off
from saml_sso.services.requests import Purpose, consume_request, open_requests
from saml_sso.views.browser import digest_of_browser, remember, secret_of_browser, send_away
from saml_sso.views.forms import BROKEN_FORM
from saml_sso.views.reception import refused_page
from saml_sso.views.tenants import in_tenant

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from saml_sso.models import PendingRequest
    from saml_sso.trust import Trust


def _unheard(request: HttpRequest, _slug: str) -> HttpResponse:
    """Answer as a tenant does that has not switched SAML on."""
    try:
        _incoming(request)
    except SAMLError:
        return _refused(request, new_reference())
    return _not_believed(request, new_reference())


def _not_believed(request: HttpRequest, reference: str) -> HttpResponse:
    if _is_answer(request):
        # Nothing depended on it: the session here ended before the browser set out.
        return _signed_out(request, complete=False)
    return _refused(request, reference)


def _refused(request: HttpRequest, reference: str) -> HttpResponse:
    return refused_page(request, reference, template="saml/logout_refused.html")


def _left_nowhere(request: HttpRequest, _slug: str, request_id: str) -> HttpResponse:
    del request_id
    return _signed_out(request, complete=False)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
@in_tenant(_unheard)
def logout(request: HttpRequest, trust: Trust) -> HttpResponse:
    """Receive a LogoutRequest or a LogoutResponse, by redirect or by form."""
    incoming = None
    try:
        incoming = _incoming(request)
        if not (trust.tenant.saml_enabled and trust.is_configured):
            raise saml_is_off()
        if _is_answer(request):
            return _receive_answer(request, trust, incoming)
        return _receive_request(request, trust, incoming)
    except SAMLError as error:
        reference = new_reference()
        outline = Outline(kind=Kind.LOGOUT, revision=trust.settings.revision)
        record_refused(request=request, outline=outline, error=error, reference=reference)
        if incoming is None and not _begun(request).exists():
            return _refused(request, reference)
        return _not_believed(request, reference)


@never_cache
@require_GET
@in_tenant(_left_nowhere)
def leave(request: HttpRequest, trust: Trust, request_id: str) -> HttpResponse:
    """Take a browser that has signed out here to its identity provider."""
    secret = secret_of_browser(request)
    outgoing = begun_logout(request_id=request_id, browser=digest_of(secret))
    if outgoing is None:
        return _signed_out(request, complete=False)
    response = send_away(request, outgoing)
    remember(response, secret)
    return response


def _receive_request(request: HttpRequest, trust: Trust, incoming: Incoming) -> HttpResponse:
    tenant = trust.tenant
    message = read_logout_request(
        incoming, sp=trust.sp, idp=trust.idp, policy=trust.policy, now=timezone.now()
    )
    end_sessions_concerned(tenant=tenant, logout=message)
    answer = logout_answer(tenant=tenant, logout=message)
    return send_away(request, answer) if answer else _signed_out(request, complete=True)


def _receive_answer(request: HttpRequest, trust: Trust, incoming: Incoming) -> HttpResponse:
    """Verify the answer to the latest logout of this browser; we are signed out already."""
    begun = _begun(request).order_by("-issued_at").first()
    if begun is None:
        return _signed_out(request, complete=False)
    answer = read_logout_response(
        incoming,
        sp=trust.sp,
        idp=trust.idp,
        policy=trust.policy,
        now=timezone.now(),
        request_id=begun.pk,
    )
    consume_request(request_id=begun.pk, browser=begun.browser_digest)
    return _signed_out(request, complete=answer.is_success)


def _begun(request: HttpRequest) -> QuerySet[PendingRequest]:
    """Return the logouts with which this browser set out, and that wait for an answer."""
    browser = digest_of_browser(request)
    begun = open_requests(browser).filter(purpose=Purpose.LOGOUT)
    return begun if browser else begun.none()


def _signed_out(request: HttpRequest, *, complete: bool) -> HttpResponse:
    return render(request, "saml/signed_out.html", {"complete": complete})


def _is_answer(request: HttpRequest) -> bool:
    try:
        fields = request.GET if request.method == "GET" else request.POST
    except BROKEN_FORM:
        return False
    return "SAMLResponse" in fields and "SAMLRequest" not in fields


def _incoming(request: HttpRequest) -> Incoming:
    if request.method == "GET":
        return read_redirect(request.META.get("QUERY_STRING", ""))
    try:
        fields = request.POST
    except BROKEN_FORM as error:
        raise _refusal(
            "form", "a form of a usual size", "one that is too large or broken"
        ) from error
    if any(len(fields.getlist(name)) > 1 for name in ("SAMLRequest", "SAMLResponse", "RelayState")):
        raise _refusal("form", "every field once", "a field more than once")
    return read_post(fields.dict())


def _refusal(check: str, expected: str, got: str) -> MessageError:
    return MessageError(
        check,
        expected=expected,
        got=got,
        remedy="Compare the identity provider's logout settings with step 1 of this page.",
    )
