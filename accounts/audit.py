"""Writing the audit trail.

Whoever starts an action says once who acts (:func:`acting_as`); services then record what they
change, in the transaction of the change.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from accounts.models.audit import AuditEntry
from accounts.scoping import scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import Model

SYSTEM = "system"
_actor: ContextVar[str] = ContextVar("actor", default=SYSTEM)


@contextmanager
def acting_as(actor: str) -> Iterator[None]:
    """Name who acts inside the ``with`` block, such as ``babs@acme.example`` or ``SCIM: Okta``."""
    reset_token = _actor.set(actor[:300])
    try:
        yield
    finally:
        _actor.reset(reset_token)


def acting() -> str:
    """Return who acts now."""
    return _actor.get()


class Event(NamedTuple):
    """What happened to one object; see :class:`accounts.models.AuditEntry` for the fields."""

    action: str
    target: Model | None = None
    details: dict[str, Any] = {}


def record(action: str, target: Model | None = None, **details: Any) -> None:
    """Add an entry to the active tenant's trail; ``details`` must be JSON and hold no secret."""
    record_all([Event(action, target, details)])


def record_all(events: Iterable[Event]) -> None:
    """Add one entry for each event, with one statement for all of them."""
    active = scope.get()
    tenant_id = active if isinstance(active, int) else None
    actor = acting()
    AuditEntry.objects.bulk_create(
        AuditEntry(
            tenant_id=getattr(event.target, "tenant_id", None) or tenant_id,
            actor=actor,
            action=event.action,
            target_type=event.target._meta.model_name or "" if event.target else "",
            target_id=str(event.target.pk) if event.target else "",
            target=str(event.target)[:500] if event.target else "",
            details=event.details,
        )
        for event in events
    )
