"""Forget SAML messages and attempts that are old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from accounts.commands import OperatorCommand
from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from saml_sso.services.attempts import prune_attempts
from saml_sso.services.replay import prune_consumed
from saml_sso.services.requests import prune_requests

if TYPE_CHECKING:
    from collections.abc import Mapping


PRUNERS: Final = {
    "used_assertions": prune_consumed,
    "pending_sign_ins": prune_requests,
    "attempts": prune_attempts,
}


class Command(OperatorCommand):
    help = (
        "Delete used assertions and pending sign-ins that expired, and sign-in attempts older "
        "than 90 days. Workers do so every hour."
    )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        done, failed = do_for_each(Tenant.objects.all(), _pruned)
        removed = {name: sum(each[name] for each in done.values()) for name in PRUNERS}
        return with_failures(removed, failed)


def _pruned(tenant: Tenant) -> dict[str, int]:
    with tenant_scope(tenant):
        return {name: prune() for name, prune in PRUNERS.items()}
