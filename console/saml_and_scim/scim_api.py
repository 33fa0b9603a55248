"""*Advanced settings › SCIM API*: what an identity provider is told of the first source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache

from accounts.errors import AccountError
from accounts.secrets.shown_once import show_once, take
from accounts.trail.refusals import record_refusal
from console.saml_and_scim.page import frame, tenant_of
from console.saml_and_scim.provisioning import new_token, scim_context
from console.saml_and_scim.versions import hold_and_compare, versions_of_actions
from scim.errors import ScimUnavailableError
from scim.services import said_of_new_token
from scim.services.sources import first_source

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ENDPOINTS: Final = (
    ("Users", _lazy("People: create, read, change, deactivate or delete")),
    ("Groups", _lazy("Directory groups, roles and access profiles, with their members")),
    ("Me", _lazy("Answers 501: a token stands for a source, not for a person")),
    ("Bulk", _lazy("Several requests in one")),
    (".search", _lazy("A search in a body, for filters that are long or confidential")),
    ("ServiceProviderConfig", _lazy("What this server can do")),
    ("ResourceTypes", _lazy("Which resources there are")),
    ("Schemas", _lazy("Which attributes they have")),
)
_PLACE: Final = "shown_once_token_of_scim_api"


@never_cache
def scim_api(request: HttpRequest) -> HttpResponse:
    """Show the endpoints and the token of the first source; a POST makes a new token."""
    tenant = tenant_of(request)
    if request.method == "POST":
        try:
            if not tenant.scim_enabled:
                raise ScimUnavailableError(
                    _("SCIM provisioning is off: there is no token to make.")
                )
            with transaction.atomic():
                hold_and_compare(request, tenant, "regenerate-token")
                made = new_token(tenant)
                show_once(request, _PLACE, made.secret)
        except AccountError as error:
            record_refusal("settings.refused", tenant, reason=error, asked_for="regenerate-token")
            messages.error(request, str(error))
        else:
            messages.success(request, said_of_new_token(made.replaced))
        return redirect("console:scim-api")
    context = {
        **frame(request, tenant),
        "title": _("SCIM API"),
        "source": first_source() if tenant.scim_enabled else None,
        "endpoints": ENDPOINTS,
        "secret": take(request, _PLACE),
        "version": versions_of_actions(tenant)["regenerate_token"],
        **scim_context(tenant),
    }
    return render(request, "console/saml_and_scim/scim_api.html", context)
