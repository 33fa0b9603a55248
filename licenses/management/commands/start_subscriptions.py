"""``manage.py start_subscriptions``: licences of subscriptions whose first day has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from accounts.commands import OperatorCommand
from accounts.models import Tenant
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from licenses.subscriptions import serve_waiting_people

if TYPE_CHECKING:
    from collections.abc import Mapping


class Command(OperatorCommand):
    help = (
        "Give seats of subscriptions that start today to the members of directory groups who "
        "wait for one. Workers do so soon after midnight."
    )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        done, failed = do_for_each(
            Tenant.objects.order_by("pk"), lambda tenant: serve_waiting_people(tenant=tenant)
        )
        return with_failures({"seats_given": sum(done.values())}, failed)
