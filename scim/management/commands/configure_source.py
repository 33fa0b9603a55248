"""``manage.py configure_source``: what a source may do, and what follows from what it does."""

from __future__ import annotations

from argparse import BooleanOptionalAction
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from typing_extensions import override

from accounts.commands import OperatorCommand, add_tenant, tenant_called
from accounts.tenancy.scoping import tenant_scope
from scim.models import Departure, Source
from scim.services import SourceOptions, first_source, update_source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(OperatorCommand):
    help = "Set the options of a source, and print all of them; without options only print them."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        parser.add_argument(
            "--source",
            metavar="NAME",
            default="",
            help="The source's display name; without it the tenant's first source is meant.",
        )
        parser.add_argument(
            "--on-delete",
            choices=Departure.values,
            help="What DELETE of a user over SCIM does.",
        )
        parser.add_argument(
            "--on-deactivate",
            choices=Departure.values,
            help="What becomes of a user whom the source deactivates or suspends.",
        )

        parser.add_argument(
            "--may-change-roles",
            action=BooleanOptionalAction,
            default=None,
            help="Whether the source may change who holds which role.",
        )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        tenant = tenant_called(options["slug"])
        with tenant_scope(tenant):
            source = _source(options["source"].strip())
            chosen = {
                name: options[name]
                for name in ("on_delete", "on_deactivate", "may_change_roles")
                if options[name] is not None
            }
            update_source(source=source, options=replace(SourceOptions.of(source), **chosen))
            return {
                "tenant": tenant.slug,
                "source": source.name,
                "enabled": source.enabled,
                "on_delete": str(source.on_delete),
                "on_deactivate": str(source.on_deactivate),
                "may_change_roles": source.may_change_roles,
                "lists_entitlements": source.lists_entitlements,
                "log_bodies": source.log_bodies,
                "log_retention_days": source.log_retention_days,
                "rate_limit_per_minute": source.rate_limit_per_minute,
            }


def _source(name: str) -> Source:
    found = Source.objects.filter(name=name).first() if name else first_source()
    if found is None:
        known = ", ".join(f"“{each}”" for each in Source.objects.values_list("name", flat=True))
        hint = f"There are: {known}." if known else "Make one with create_scim_token."
        missing = f"There is no source “{name}”." if name else "The tenant has no source yet."
        raise CommandError(f"{missing} {hint}")
    return found
