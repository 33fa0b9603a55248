"""Read the metadata URLs of identity providers again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from accounts.commands import OperatorCommand, tenant_called
from saml_sso.services.refreshing import refresh_each, refresh_saml_metadata

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
        return refresh_each(tenants=[tenant_called(slug)]) if slug else refresh_saml_metadata()
