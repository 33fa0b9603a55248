"""Forget SAML messages and attempts that are old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from accounts.commands import OperatorCommand
from accounts.models import Tenant
from accounts.scoping import tenant_scope
from saml_sso.services.attempts import prune_attempts
from saml_sso.services.replay import prune_consumed
from saml_sso.services.requests import prune_requests

if TYPE_CHECKING:
    from collections.abc import Mapping


class Command(OperatorCommand):
    help = (
        "Delete used assertions and pending sign-ins that expired, and sign-in attempts older "
        "than 90 days. Run it once a day; sign-ins clean up a little, too."
    )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        removed = {"used_assertions": 0, "pending_sign_ins": 0, "attempts": 0}
        for tenant in Tenant.objects.all():
            with tenant_scope(tenant):
                removed["used_assertions"] += prune_consumed()
                removed["pending_sign_ins"] += prune_requests()
                removed["attempts"] += prune_attempts()
        return removed
