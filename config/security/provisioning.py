"""The page's side of SCIM: on, off, and a new token."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Tenant
from saml_sso.errors import NotConfiguredError
from scim.authentication import digest_of
from scim.models import BearerToken, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

SCIM_URL = f"{settings.BASE_URL}/scim/v2"


def scim_context(tenant: Tenant) -> Mapping[str, Any]:
    """Return what the page shows of SCIM."""
    token = BearerToken.objects.filter(revoked=None).first() if tenant.scim_enabled else None
    return {"scim_url": SCIM_URL, "scim_token_prefix": f"scim_{token.prefix}" if token else ""}


@transaction.atomic
def switch_scim_on(tenant: Tenant) -> str:
    """Let identity providers call; return the first token's secret, or nothing if it was on.

    Raises:
        NotConfiguredError: SAML is not on and configured.
    """
    locked = Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    if locked.scim_enabled:
        return ""
    if not locked.saml_active:
        raise NotConfiguredError(_("Enable SAML sign-on first: SCIM depends on it."))
    locked.scim_enabled = tenant.scim_enabled = True
    locked.save(update_fields=["scim_enabled"])
    audit.record("scim.enabled", tenant)
    return regenerate_token(tenant)


@transaction.atomic
def switch_scim_off(tenant: Tenant) -> None:
    """Let no identity provider call any more; tokens are kept, and dead while it is off."""
    locked = Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    if locked.scim_enabled:
        locked.scim_enabled = tenant.scim_enabled = False
        locked.save(update_fields=["scim_enabled"])
        audit.record("scim.disabled", tenant)


@transaction.atomic
def regenerate_token(tenant: Tenant) -> str:
    """Return the secret of a new token of the first source; its earlier ones are dead."""
    source = Source.objects.order_by("id").first() or Source.objects.create(name=_("SCIM"))
    BearerToken.objects.filter(source=source, revoked=None).update(revoked=timezone.now())
    prefix = secrets.token_hex(4)
    secret = f"scim_{prefix}_{secrets.token_urlsafe(32)}"
    BearerToken.objects.create(
        source=source, name=_("settings page"), prefix=prefix, digest=digest_of(secret)
    )
    audit.record("scim.token_made", source)
    return secret
