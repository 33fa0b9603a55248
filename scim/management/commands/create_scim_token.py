"""``manage.py create_scim_token``: switch SCIM on and make a token for a source."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone
from typing_extensions import override

from accounts.commands import OperatorCommand, add_tenant, tenant_called
from accounts.tenancy.scoping import tenant_scope
from scim.addresses import base_url
from scim.models import Source
from scim.services import (
    SourceOptions,
    create_source,
    enable_scim,
    first_source,
    regenerate_token,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.core.management.base import CommandParser

LONGEST_DAYS: Final = 3650


class Command(OperatorCommand):
    help = (
        "Enable SCIM for a tenant and print its SCIM URL and a new token. Earlier tokens of the "
        "source die at once. SAML has to be set up first (configure_saml)."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        parser.add_argument(
            "--source",
            metavar="NAME",
            default="",
            help="The source's display name; it is made if there is none. "
            "Without it the tenant's first source is meant.",
        )

        parser.add_argument(
            "--expires-in-days",
            type=int,
            metavar="DAYS",
            help="After so many days the token is refused; the tenant is warned before. Without "
            "it the token does not expire.",
        )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        tenant = tenant_called(options["slug"])
        name = options["source"].strip()
        expires = _end(options["expires_in_days"])
        with transaction.atomic(), tenant_scope(tenant):
            first = enable_scim(tenant=tenant, expires=expires)
            source = _source(name)
            if first is not None and first.token.source_id == source.pk:
                issued = first
            else:
                issued = regenerate_token(source=source, expires=expires)
        return {"scim_url": base_url(), "token": issued.secret}


def _end(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= LONGEST_DAYS:
        raise CommandError(f"--expires-in-days takes 1 to {LONGEST_DAYS}.")
    return timezone.now() + timedelta(days=days)


def _source(name: str) -> Source:
    found = Source.objects.filter(name=name).first() if name else first_source()
    return found or create_source(options=SourceOptions(name=name))
