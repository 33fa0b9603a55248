"""Our metadata, for the identity provider to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from saml_sso.protocol.sp_metadata import service_provider_metadata
from saml_sso.services.keys import ensure_key
from saml_sso.trust import load_trust
from saml_sso.views.tenants import in_tenant, unavailable

if TYPE_CHECKING:
    from django.http import HttpRequest

    from saml_sso.trust import Trust


def _of_nobody(request: HttpRequest, _slug: str) -> HttpResponse:
    return unavailable(request)


@require_safe
@in_tenant(_of_nobody)
def metadata(request: HttpRequest, trust: Trust) -> HttpResponse:
    """Return the tenant's SP metadata; it works before anything is configured."""
    tenant = trust.tenant
    if not trust.sp.key_pairs:
        ensure_key(tenant=tenant)
        trust = load_trust(tenant)
    document = service_provider_metadata(
        trust.sp, authn_requests_signed=trust.idp.want_authn_requests_signed
    )
    response = HttpResponse(document, content_type="application/samlmetadata+xml")
    response["Content-Disposition"] = f'inline; filename="gatehouse-{tenant.slug}.xml"'
    return response
