"""Forgetting SAML messages and attempts that are old."""

from __future__ import annotations

from typing import Any, Final

from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from saml_sso.services.attempts import prune_attempts
from saml_sso.services.replay import prune_consumed
from saml_sso.services.requests import prune_requests

PRUNERS: Final = {
    "used_assertions": prune_consumed,
    "pending_sign_ins": prune_requests,
    "attempts": prune_attempts,
}


def prune_saml() -> dict[str, Any]:
    """Delete what every tenant keeps no longer; return how many of each, and who failed."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _prune_tenant)
    removed = {name: sum(each[name] for each in done.values()) for name in PRUNERS}
    return with_failures(removed, failed)


def _prune_tenant(tenant: Tenant) -> dict[str, int]:
    with tenant_scope(tenant):
        return {name: prune() for name, prune in PRUNERS.items()}
