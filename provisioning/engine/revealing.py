"""Showing what was said to a target with the personal values that the log masks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.secrets.encryption import unseal_json
from accounts.trail import audit
from provisioning.models.operations import SEALED_FOR

if TYPE_CHECKING:
    from provisioning.models import Exchange


@dataclass(frozen=True, slots=True)
class Bodies:
    """What was asked and answered, without secrets."""

    request: Any
    response: Any


@transaction.atomic
def reveal_exchange(*, exchange: Exchange) -> Bodies | None:
    """Return the bodies unmasked and record who looked; ``None``: they were not kept."""
    if not exchange.sealed:
        return None
    bodies = unseal_json(exchange.sealed.encode(), SEALED_FOR)
    operation = exchange.operation
    audit.record(
        "application.exchange_revealed",
        operation.application,
        operation=operation.pk,
        object_id=operation.object_id,
    )
    return Bodies(bodies["request"], bodies["response"])
