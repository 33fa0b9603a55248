"""``manage.py changes``: what has changed since a position, one JSON object a line."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING, Any, Final

from django.core.management.base import CommandError
from typing_extensions import override

from accounts.commands import OperatorCommand, tenant_called
from accounts.identifiers import read_number
from accounts.models import Tenant
from accounts.storage.changes import (
    MOST_AT_ONCE,
    Position,
    StartOverError,
    changes_since,
    first_position,
    latest_position,
)
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser

    from accounts.storage.changes import Change

STARTS_OVER: Final = 3
"""The status when the changes since a position cannot be told."""


class Command(OperatorCommand):
    help = (
        "Print what has changed since a position, in the order of the feed of changes, one JSON "
        "object a line, each with the position behind it. A position may be kept for as long as "
        "the audit trail keeps its entries. The status is 3 when the changes since a position "
        "cannot be told, as after a backup was restored: take --latest, read everything anew, and "
        "go on from there."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "slug", metavar="SLUG", nargs="?", help="Short name of one tenant; all without it."
        )
        place = parser.add_mutually_exclusive_group()
        place.add_argument(
            "--since", metavar="POSITION", help="Where to begin; at the oldest entry without it."
        )
        place.add_argument(
            "--latest",
            action="store_true",
            help="Print the position behind what could be read now, and no changes.",
        )
        parser.add_argument(
            "--limit",
            type=_limit,
            default=100,
            metavar="NUMBER",
            help=f"How many changes at most, up to {MOST_AT_ONCE}; 100 without it.",
        )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        slug = options["slug"]
        with tenant_scope(tenant_called(slug)) if slug else every_tenant():
            if options["latest"]:
                return {"position": str(latest_position()), "changes": []}
            since = options["since"]
            position = Position.from_text(since) if since else first_position()
            try:
                found = changes_since(position, limit=options["limit"])
            except StartOverError as error:
                raise CommandError(str(error), returncode=STARTS_OVER) from error
        slugs = dict(Tenant.objects.values_list("pk", "slug"))
        return {
            "position": str(found[-1].position if found else position),
            "changes": [_told(change, slugs) for change in found],
        }

    @override
    def text(self, answer: Mapping[str, Any]) -> str:
        if not answer["changes"]:
            return json.dumps({"position": answer["position"]})
        return "\n".join(json.dumps(each) for each in answer["changes"])


def _limit(text: str) -> int:
    number = read_number(text)
    if number is None or number > MOST_AT_ONCE:
        raise ArgumentTypeError(f"{text!a} is no number from 1 to {MOST_AT_ONCE}.")
    return number


def _told(change: Change, slugs: Mapping[int, str]) -> dict[str, Any]:
    position, tenant_id, at, *_rest = change
    return {
        **change._asdict(),
        "position": str(position),
        "change": position.transaction,
        "at": at.isoformat(),
        "tenant": slugs[tenant_id] if tenant_id else None,
    }
