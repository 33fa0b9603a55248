"""Reactions to what happens in the layers below."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError
from django.dispatch import receiver

from accounts.models import User
from accounts.services.notices import contacts
from accounts.signals import signing_out
from accounts.signing_in.sessions import COLUMNS_KEY
from accounts.tenancy.scoping import tenant_scope
from saml_sso.addresses import leave_path
from saml_sso.models import IdentityProviderSettings
from saml_sso.services.logout import begin_logout

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger(__name__)


def system_admin_email() -> str:
    """Return whom the active tenant wants to be warned, or nothing."""
    row = IdentityProviderSettings.objects.first()
    return row.system_admin_email if row is not None else ""


contacts.append(system_admin_email)


@receiver(signing_out, dispatch_uid="saml_sso.single_logout")
def sign_out_at_identity_provider(request: HttpRequest, **_: Any) -> str:
    """Return where a person who signed in with SAML ends their session at the IdP, too.

    Whatever goes wrong here must not keep anybody signed in.
    """
    user = request.user
    session = request.session.get(COLUMNS_KEY, {}).get("saml")
    if not isinstance(user, User) or user.tenant is None or not session:
        return ""
    tenant = user.tenant
    try:
        with tenant_scope(tenant):
            outgoing = begin_logout(tenant=tenant, session=session)
    except (DatabaseError, ValueError):
        logger.exception("Single Logout could not begin for %s.", tenant.slug)
        return ""
    return leave_path(tenant, outgoing.id) if outgoing else ""
