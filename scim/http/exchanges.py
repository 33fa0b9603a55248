"""What passes between a source and us, for those who watch it: the request log, the rate limit.

The watchers register when their application starts (:data:`gates`, :data:`observers`).  They run
on the request's path, so they must not talk to the database there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scim.storage.credentials import Credential


@dataclass(frozen=True, slots=True)
class Exchange:
    """One answered request.

    ``route`` is the template, such as ``/Users/{id}``.  ``detail`` says why it was refused, or what
    of a request that succeeded was ignored.  Bodies are bytes as they went over the
    wire, present only when the source has them recorded; their secrets are still in them.
    """

    credential: Credential
    at: datetime
    method: str
    route: str
    resource_id: str
    status: int
    scim_type: str
    detail: str
    duration_ms: float
    user_agent: str
    request_body: bytes | None
    response_body: bytes | None


gates: list[Callable[[Credential], None]] = []
"""Called before a request is served; may raise :class:`~scim.protocol.errors.SCIMError`."""

observers: list[Callable[[Exchange], None]] = []
"""Called after a request was answered, errors included, once its token was recognised."""
