"""Counting several sets of rows with one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import IntegerField, Subquery

from accounts.models import Tenant
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet


class _HowMany(Subquery):
    """The number of rows that a query has."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def how_many(querysets: Sequence[QuerySet[Any]], *, most: int) -> list[int]:
    """Return how many rows each query has, counted to ``most``, with one statement for all."""
    if not querysets:
        return []
    numbers = {
        f"number_{place}": _HowMany(each.order_by().values("pk")[:most])
        for place, each in enumerate(querysets)
    }
    tenant = Tenant.objects.filter(pk=active_tenant_id())
    return list(tenant.annotate(**numbers).values_list(*numbers).get())
