"""Sealing again, with today's secret key, what was sealed with an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from accounts.models import Tenant
from accounts.secrets.encryption import SealError, resealed
from accounts.secrets.sealed_fields import SealedTextField, sealed_columns
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import Model, QuerySet

_AT_ONCE: Final = 500


@dataclass(slots=True)
class Outcome:
    """How many values were sealed again, were already, and can be opened by no configured key."""

    resealed: int = 0
    current: int = 0
    unreadable: int = 0


def reseal_secrets(*, tenant: Tenant) -> Outcome:
    """Seal each sealed value of ``tenant``, the active one, with today's key.

    A value that is changed meanwhile is left to who changes it: that is sealed with today's key.
    It may be stopped and run again at any time.
    """
    outcome = _reseal(lambda model: model._default_manager.all())
    if outcome.resealed:
        audit.record("secrets.resealed", tenant, values=outcome.resealed)
    return outcome


def reseal_secrets_of_no_tenant() -> Outcome:
    """Do the same for what belongs to no tenant, or to one that is gone: jobs may."""
    with every_tenant():
        tenants = Tenant.objects.values("pk")
        outcome = _reseal(lambda model: model._default_manager.exclude(tenant__in=tenants))
        if outcome.resealed:
            audit.record("secrets.resealed", values=outcome.resealed)
    return outcome


def _reseal(rows_of: Callable[[type[Model]], QuerySet[Model]]) -> Outcome:
    outcome = Outcome()
    for model, field in sealed_columns():
        is_text = isinstance(field, SealedTextField)
        rows = rows_of(model)
        for key, kept in _values(rows, field.name):
            if not kept:
                continue
            try:
                anew = resealed(kept.encode() if is_text else kept, field.purpose)
            except SealError:
                outcome.unreadable += 1
                continue
            if anew is None:
                outcome.current += 1
                continue
            unchanged = rows.filter(pk=key, **{field.name: kept})
            written = anew.decode("ascii") if is_text else anew
            outcome.resealed += unchanged.update(**{field.name: written})
    return outcome


def _values(rows: QuerySet[Model], column: str) -> Iterator[tuple[Any, Any]]:
    """Yield the key and the value of each row that has one, some at a time."""
    rows = rows.order_by("pk")
    last = None
    while True:
        following = rows if last is None else rows.filter(pk__gt=last)
        found = list(following.values_list("pk", column)[:_AT_ONCE])
        yield from found
        if len(found) < _AT_ONCE:
            return
        last = found[-1][0]
