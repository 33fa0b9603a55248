"""Which sources manage somebody, and which of their fields the mapping of each fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.managed import Holder
from scim.models import AttributeMapping, Resource, Source

if TYPE_CHECKING:
    from collections.abc import Collection


def find_holders(source_ids: Collection[int]) -> list[Holder]:
    """Return those of these sources that the active tenant still has."""
    fields: dict[int, set[str]] = {}
    rows = AttributeMapping.objects.filter(source_id__in=source_ids, resource=Resource.USER)
    for source_id, field in rows.values_list("source_id", "field"):
        fields.setdefault(source_id, set()).add(field)
    sources = Source.objects.filter(pk__in=source_ids).order_by("name").values_list("pk", "name")
    return [Holder(pk, name, frozenset(fields.get(pk, ()))) for pk, name in sources]
