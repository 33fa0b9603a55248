"""Mail system admins whose identity provider's certificate expires soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from accounts.commands import OperatorCommand
from accounts.models import Tenant
from accounts.scoping import tenant_scope
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
        mails = 0
        for tenant in Tenant.objects.filter(saml_enabled=True):
            with tenant_scope(tenant):
                mails += warn_of_expiring_certificates(tenant=tenant)
        return {"mails_sent": mails}
