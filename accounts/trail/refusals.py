"""Refusals in the audit trail: recorded beside the work that was refused, and bounded.

A refusal undoes its transaction, and would undo its own record with it; so whoever answers the
client records it, after the transaction.  Refusals can be caused from outside at will: the same
one is recorded once a minute, with the number of those since, and a tenant's trail takes at most
:data:`MOST_PER_MINUTE` of one kind from each server process.  The rest, and whatever concerns no
tenant that is known, is a line in the server's log.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from accounts.tenancy.scoping import scope, tenant_id_scope
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

    from accounts.models import User

LOG = logging.getLogger(__name__)

MOST_PER_MINUTE: Final = 60
NOT_SIGNED_IN: Final = "somebody who is not signed in"
_MINUTE: Final = 60.0
_MOST_KEYS: Final = 10_000

_Key = tuple[object, ...]


class _Seen(NamedTuple):
    since: float
    folded: int


class RefusalLimit:
    """Decides which refusals are written; ``clock`` returns seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[_Key, _Seen] = {}
        self._written: dict[object, _Seen] = {}

    def admit(self, owner: object, key: _Key) -> int | None:
        """Count a refusal; return how many like it were folded, or ``None`` to fold this one."""
        now = self._clock()
        with self._lock:
            seen = self._seen.get(key)
            if seen is not None and now - seen.since < _MINUTE:
                self._seen[key] = seen._replace(folded=seen.folded + 1)
                return None
            if not self._has_room(owner, now):
                return None
            if len(self._seen) >= _MOST_KEYS:
                self._seen.clear()
            self._seen[key] = _Seen(now, 0)
            return seen.folded if seen else 0

    def clear(self) -> None:
        """Forget everything, as a new process would."""
        with self._lock:
            self._seen.clear()
            self._written.clear()

    def _has_room(self, owner: object, now: float) -> bool:
        written = self._written.get(owner)
        if written is None or now - written.since >= _MINUTE:
            self._written[owner] = _Seen(now, 1)
            return True
        self._written[owner] = written._replace(folded=written.folded + 1)
        return written.folded < MOST_PER_MINUTE


limit = RefusalLimit()


def record_refusal(action: str, target: Model | None = None, *, reason: object, **at: Any) -> None:
    """Add a refusal to the active tenant's trail, unless it is folded into an earlier one.

    Call it when the refused transaction is over.  ``reason`` and ``at`` hold no secret.  What
    goes wrong here is logged and changes nothing for the person who was refused.
    """
    owner = getattr(target, "tenant_id", None) or scope.get()
    where = tuple(sorted((name, str(value)) for name, value in at.items()))
    key = (owner, audit.acting(), action, getattr(target, "pk", None), str(reason), where)
    folded = limit.admit((owner, action), key)
    if folded is None:
        LOG.info("Refused again: %s by %s.", action, audit.acting())
        return
    details = {"reason": str(reason)[:500], **at} | ({"folded": folded} if folded else {})
    try:
        with transaction.atomic():
            audit.record(action, target, **details)
    except DatabaseError:
        LOG.exception("The refusal %s could not be recorded.", action)


def in_words(refusal: Exception) -> str:
    """Return what a person was told."""
    return " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)


def record_refused_entry(
    action: str, user: User, *, reason: object, actor: str = NOT_SIGNED_IN
) -> None:
    """Record that somebody did not get in as ``user``, in the trail of the user's tenant."""
    if user.tenant_id is None:
        LOG.info("Refused: %s as an operator. %s", action, reason)
        return
    with tenant_id_scope(user.tenant_id), audit.acting_as(actor):
        record_refusal(action, user, reason=reason)
