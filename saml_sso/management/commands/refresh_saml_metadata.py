"""Read the metadata URLs of identity providers again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from typing_extensions import override

from accounts.commands import OperatorCommand, tenant_called
from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from accounts.trail import audit
from saml_sso.services.refreshing import refresh_metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(OperatorCommand):
    help = (
        "Read the metadata URL of every tenant that has one, or of the named tenant, and apply "
        "changed certificates and logout addresses. Another entity ID, another sign-in URL and "
        "other keys alone wait for a system admin. Workers do so daily."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="The tenant's short name; all without it.")

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        slug = options["slug"]
        tenants = [tenant_called(slug)] if slug else list(Tenant.objects.all())
        done, failed = do_for_each(tenants, _refreshed)
        return with_failures({slug: said for slug, said in done.items() if said}, failed)


def _refreshed(tenant: Tenant) -> str:
    with tenant_scope(tenant), audit.acting_as(_("the daily reading of the metadata URL")):
        result = refresh_metadata(tenant=tenant)
    if result is None:
        return ""
    if result.problem:
        return f"not applied: {result.problem}"
    changes = (f"{change.field}: {change.old} → {change.new}" for change in result.changes)
    return "; ".join(changes) or "unchanged"
