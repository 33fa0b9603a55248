"""python3-saml as its documentation uses it: no replay store and no log."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.contrib.auth import login
from django.http import HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt

from accounts.models import User
from accounts.signing_in.sign_in import BACKEND
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from benchmarks.signed import CERTIFICATE_VARIABLE, ENTITY_ID

if TYPE_CHECKING:
    from django.http import HttpRequest

# The product has one module that knows the library; what is measured here is the library alone.
_auth: Any = import_module("onelogin.saml2.auth")


@csrf_exempt
def consume(request: HttpRequest) -> HttpResponse:
    """Let the library process the response and say who it is about."""
    auth = _processed(request)
    if auth.get_errors():
        return HttpResponseForbidden(str(auth.get_last_error_reason()))
    return HttpResponse(status=303, headers={"Location": "/account/"})


@csrf_exempt
def sign_in(request: HttpRequest) -> HttpResponse:
    """Do the same, and what every application does next: find the user and begin a session."""
    auth = _processed(request)
    if auth.get_errors():
        return HttpResponseForbidden(str(auth.get_last_error_reason()))
    with every_tenant():
        user = User.objects.get(email_ci=auth.get_nameid().lower())
    with tenant_scope(user.tenant):
        login(request, user, backend=BACKEND)
    return HttpResponse(status=303, headers={"Location": "/account/"})


def _processed(request: HttpRequest) -> Any:
    address = request.build_absolute_uri()
    auth = _auth.OneLogin_Saml2_Auth(
        {
            "https": "off",
            "http_host": request.get_host(),
            "script_name": request.path,
            "get_data": {},
            "post_data": request.POST,
        },
        {
            "strict": True,
            "sp": {
                "entityId": address,
                "assertionConsumerService": {"url": address},
            },
            "idp": {
                "entityId": ENTITY_ID,
                "singleSignOnService": {"url": "https://login.acme.example/sso"},
                "x509cert": os.environ[CERTIFICATE_VARIABLE],
            },
            "security": {"wantAssertionsSigned": True},
        },
    )
    auth.process_response()
    return auth
