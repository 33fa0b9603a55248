"""The page's side of SCIM: on, off, and a new token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from saml_sso.errors import NotConfiguredError
from scim import services as scim
from scim.errors import ScimUnavailableError
from scim.models import BearerToken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import Tenant


def scim_context(tenant: Tenant) -> Mapping[str, Any]:
    """Return what the page shows of SCIM."""
    token = BearerToken.objects.filter(revoked=None).first() if tenant.scim_enabled else None
    return {
        "scim_url": scim.scim_url(),
        "scim_token_prefix": f"scim_{token.prefix}" if token else "",
    }


@transaction.atomic
def switch_scim_on(tenant: Tenant) -> str:
    """Let identity providers call; return a new token's secret, or nothing if it was on.

    Raises:
        NotConfiguredError: SAML is not on and configured.
    """
    tenant.refresh_from_db(fields=["scim_enabled", "saml_enabled", "plan"])
    if tenant.scim_enabled:
        return ""
    try:
        issued = scim.enable_scim(tenant=tenant)
    except ScimUnavailableError as error:
        raise NotConfiguredError(str(error)) from error
    return issued.secret if issued else regenerate_token(tenant)


def switch_scim_off(tenant: Tenant) -> None:
    """Let no identity provider call any more; tokens are kept, and dead while it is off."""
    scim.disable_scim(tenant=tenant)


@transaction.atomic
def regenerate_token(tenant: Tenant) -> str:
    """Return the secret of a new token of the first source; its earlier ones are dead.

    Raises:
        NotConfiguredError: SCIM is not on, so that there is no source yet.
    """
    source = scim.first_source()
    if source is None or not tenant.scim_enabled:
        raise NotConfiguredError(_("Enable SCIM provisioning first."))
    return scim.regenerate_token(source=source, name=_("settings page")).secret
