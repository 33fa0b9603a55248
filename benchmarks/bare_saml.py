"""python3-saml as its documentation uses it: no replay store, no user, no session, no log."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt

if TYPE_CHECKING:
    from django.http import HttpRequest

ENTITY_ID = "https://idp.acme.example/metadata"
"""The identity provider of the benchmarks."""

CERTIFICATE_VARIABLE = "BENCHMARKS_IDP_CERTIFICATE"
"""The environment variable with its certificate, as PEM."""

# The product has one module that knows the library; what is measured here is the library alone.
_auth: Any = import_module("onelogin.saml2.auth")


@csrf_exempt
def consume(request: HttpRequest) -> HttpResponse:
    """Let the library process the response and say who it is about."""
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
    if auth.get_errors():
        return HttpResponseForbidden(str(auth.get_last_error_reason()))
    return HttpResponse(status=303, headers={"Location": "/account/", "X-Name": auth.get_nameid()})
