"""``manage.py erase_person``: what the audit trail holds of somebody who was deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from typing_extensions import override

from accounts.commands import OperatorCommand, add_tenant, tenant_called
from accounts.tenancy.scoping import tenant_scope
from accounts.trail.retention import erase_person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(OperatorCommand):
    help = (
        "Erase from the audit trail at once, rather than after GATEHOUSE_TRAIL_PERSON_DAYS, the "
        "names, addresses and values of a person who was deleted. What happened stays, with the "
        "id that they had."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        parser.add_argument(
            "person", metavar="ID", type=UUID, help="The id that the person had, as in SCIM."
        )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        with tenant_scope(tenant_called(options["slug"])):
            erase_person(person_id=options["person"])
        return {"erased": str(options["person"])}
