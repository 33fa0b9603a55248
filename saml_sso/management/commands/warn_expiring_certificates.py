"""Mail system admins whose identity provider's certificate expires soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from accounts.commands import OperatorCommand
from accounts.models import Tenant
from accounts.scoping import tenant_scope
from accounts.tenant_by_tenant import do_for_each, with_failures
from saml_sso.services.expiry import warn_of_expiring_certificates

if TYPE_CHECKING:
    from collections.abc import Mapping


class Command(OperatorCommand):
    help = (
        "Mail each tenant's System admin email 60, 30, 14, 7 and 1 days before a certificate of "
        "its identity provider expires, once each. Run it once a day."
    )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        done, failed = do_for_each(Tenant.objects.filter(saml_enabled=True), _warned)
        return with_failures({"mails_sent": sum(done.values())}, failed)


def _warned(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return warn_of_expiring_certificates(tenant=tenant)
