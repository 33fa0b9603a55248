"""``manage.py settle_names``: names from before names were prepared, which need a hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from accounts.commands import OperatorCommand, tenant_called
from accounts.models import Tenant
from accounts.services.unsettled_names import settle_names, unsettled_names
from accounts.tenancy.scoping import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(OperatorCommand):
    help = (
        "List the people, groups and access profiles whose names nobody could be given today: "
        "they are one name with another one, or hold what names may not have. They work as "
        "before. Names that nothing is in the way of any more are settled. Run it after an "
        "upgrade, and after renaming."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "slug", metavar="SLUG", nargs="?", help="Short name of one tenant; all without it."
        )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        slug = options["slug"]
        tenants = [tenant_called(slug)] if slug else Tenant.objects.order_by("slug")
        settled, unsettled = 0, {}
        for tenant in tenants:
            with tenant_scope(tenant):
                settled += settle_names()
                found = [
                    {
                        "kind": str(each.row._meta.verbose_name),
                        "id": str(each.row.pk),
                        "name": each.name,
                        "reason": each.reason,
                    }
                    for each in unsettled_names()
                ]
            if found:
                unsettled[tenant.slug] = found
        return {"settled": settled, "unsettled": unsettled}

    @override
    def text(self, answer: Mapping[str, Any]) -> str:
        lines = [f"Settled: {answer['settled']}"]
        for slug, names in answer["unsettled"].items():
            lines += [
                f"{slug}: {each['kind']} {each['id']}, {each['name']!a}: {each['reason']}"
                for each in names
            ]
        return "\n".join(lines)
