"""Sealing again, with today's secret key, what was sealed with an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from accounts.secrets.encryption import SealError, resealed
from accounts.secrets.sealed_fields import SealedTextField, sealed_columns
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from accounts.models import Tenant

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
    outcome = Outcome()
    for model, field in sealed_columns():
        is_text = isinstance(field, SealedTextField)
        for key, kept in _values(model, field.name):
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
            unchanged = model._default_manager.filter(pk=key, **{field.name: kept})
            written = anew.decode("ascii") if is_text else anew
            outcome.resealed += unchanged.update(**{field.name: written})
    if outcome.resealed:
        audit.record("secrets.resealed", tenant, values=outcome.resealed)
    return outcome


def _values(model: type[Model], column: str) -> Iterator[tuple[Any, Any]]:
    """Yield the key and the value of each row that has one, some at a time."""
    rows = model._default_manager.order_by("pk")
    last = None
    while True:
        following = rows if last is None else rows.filter(pk__gt=last)
        found = list(following.values_list("pk", column)[:_AT_ONCE])
        yield from found
        if len(found) < _AT_ONCE:
            return
        last = found[-1][0]
