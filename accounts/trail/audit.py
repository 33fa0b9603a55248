"""Writing the audit trail.

Whoever starts an action says once who acts (:func:`acting_as`), and why if they said so
(:func:`because`); services then record what they change, in the transaction of the change.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.utils import timezone

from accounts.requests import request_id
from accounts.storable import storable, storable_json
from accounts.storage.trail_rows import write_entries
from accounts.tenancy.scoping import Everything, ForeignTenantError, active_tenant_id, scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from django.db.models import Model

    from accounts.storage.trail_rows import Entry

SYSTEM = "system"
LONGEST_TARGET: Final = 500

_actor: ContextVar[str] = ContextVar("actor", default=SYSTEM)
_source: ContextVar[int | None] = ContextVar("source", default=None)
_reason: ContextVar[str] = ContextVar("reason", default="")
_heard: ContextVar[list[Event] | None] = ContextVar("heard", default=None)


@contextmanager
def acting_as(actor: str, *, source_id: int | None = None) -> Iterator[None]:
    """Name who acts inside the ``with`` block, such as ``babs@acme.example`` or ``SCIM: Okta``.

    ``source_id`` is that of the source, if an identity provider acts.
    """
    reset_token, reset_source = _actor.set(storable(actor[:300])), _source.set(source_id)
    try:
        yield
    finally:
        _actor.reset(reset_token)
        _source.reset(reset_source)


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Let the entries of the ``with`` block that have no reason of their own tell this one."""
    reset = _reason.set(storable(reason))
    try:
        yield
    finally:
        _reason.reset(reset)


@contextmanager
def listening() -> Iterator[list[Event]]:
    """Yield a list of what :func:`record_all` writes in the ``with`` block, in its order.

    It has also what is undone when a part of the block raises; whoever reads it knows of that.
    """
    heard: list[Event] = []
    reset = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(reset)


def acting() -> str:
    """Return who acts now."""
    return _actor.get()


def acting_source() -> int | None:
    """Return the id of the source that acts now; ``None`` when a person or we ourselves do."""
    return _source.get()


class Event(NamedTuple):
    """What happened to one object; see :class:`accounts.models.AuditEntry` for the fields."""

    action: str
    target: Model | None = None
    details: dict[str, Any] = {}


def record(action: str, target: Model | None = None, **details: Any) -> None:
    """Add an entry to the active tenant's trail; ``details`` must be JSON and hold no secret."""
    record_all([Event(action, target, details)])


def record_all(events: Iterable[Event]) -> None:
    """Add one entry for each event, with one statement for all of them.

    Raises:
        ForeignTenantError: A target belongs to another tenant than the active one.
    """
    now, written = timezone.now(), list(events)
    if not written:
        return
    write_entries([_values(event, now) for event in written])
    heard = _heard.get()
    if heard is not None:
        heard += written


def values_of(event: Event) -> Entry:
    """Return the entry for ``event``, for a statement that makes the change and writes it.

    Raises:
        ForeignTenantError: The target belongs to another tenant than the active one.
    """
    return _values(event, timezone.now())


def _values(event: Event, at: datetime) -> Entry:
    return (_owner(event.target), at, acting(), *_columns(event), request_id.current())


def _columns(event: Event) -> tuple[str, str, str, str, str]:
    """Return the values of an entry from ``action`` on."""
    target = event.target
    details = storable_json(_with_reason(event.details))
    if target is None:
        return event.action, "", "", "", details
    return (
        event.action,
        target._meta.model_name or "",
        str(target.pk),
        storable(called(target)[:LONGEST_TARGET]),
        details,
    )


def _with_reason(details: dict[str, Any]) -> dict[str, Any]:
    reason = _reason.get()
    return {**details, "reason": reason} if reason and not details.get("reason") else details


def called(target: Model) -> str:
    """Return what the trail calls an object: people by name and address."""
    return getattr(target, "name_and_address", "") or str(target)


def _owner(target: Model | None) -> int | None:
    owner: int | None = getattr(target, "tenant_id", None)
    if scope.get() is Everything.EVERY_TENANT:
        return owner
    active = active_tenant_id()
    if owner not in {None, active}:
        raise ForeignTenantError(f"The target belongs to tenant {owner}; active is {active}.")
    return active
