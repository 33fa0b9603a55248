"""``manage.py reseal_secrets``: the last step of a change of the secret key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import ngettext
from typing_extensions import override

from accounts.commands import OperatorCommand
from accounts.models import Tenant
from accounts.services.resealing import (
    Outcome,
    reseal_secrets,
    reseal_secrets_of_no_tenant,
)
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import FAILED, do_for_each, with_failures

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_TENANT: Final = "(no tenant)"
"""Stands where the slug of a tenant would."""


class Command(OperatorCommand):
    help = (
        "Encrypt again, with GATEHOUSE_SECRET_KEY, what the database keeps encrypted with an "
        "earlier key. Once it has succeeded, nothing stored needs GATEHOUSE_PREVIOUS_SECRET_KEYS."
    )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        done, failed = do_for_each(Tenant.objects.order_by("slug"), _resealed)
        done[_NO_TENANT] = reseal_secrets_of_no_tenant()
        for slug, outcome in done.items():
            if outcome.unreadable:
                says = ngettext(
                    "%(count)d value is opened by none of the keys and was left as it is. Put the "
                    "key it was encrypted with into GATEHOUSE_PREVIOUS_SECRET_KEYS and run this "
                    "again.",
                    "%(count)d values are opened by none of the keys and were left as they are. "
                    "Put the key they were encrypted with into GATEHOUSE_PREVIOUS_SECRET_KEYS and "
                    "run this again.",
                    outcome.unreadable,
                )
                failed[slug] = says % {"count": outcome.unreadable}
        answer = {
            "encrypted_again": sum(outcome.resealed for outcome in done.values()),
            "already": sum(outcome.current for outcome in done.values()),
        }
        return with_failures(answer, failed)

    @override
    def text(self, answer: Mapping[str, Any]) -> str:
        lines = [
            f"Encrypted again: {answer['encrypted_again']}",
            f"Were already: {answer['already']}",
            *(f"{slug}: {says}" for slug, says in answer.get(FAILED, {}).items()),
        ]
        return "\n".join(lines)


def _resealed(tenant: Tenant) -> Outcome:
    with tenant_scope(tenant):
        return reseal_secrets(tenant=tenant)
