"""Which refusals of SCIM requests belong into the audit trail, beside the request log.

Those that say "you may not": of what the tenant's rules forbid, and of calls over the limit.
What is wrong with a request itself, such as a value that does not fit, is in the request log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from accounts.errors import LastAdminError
from accounts.trail.refusals import record_refusal
from scim.protocol.errors import ForbiddenError, TooManyRequestsError

if TYPE_CHECKING:
    from scim.protocol.errors import SCIMError

_TOO_MANY: Final = "More requests than the source may send."
_KINDS: Final = (ForbiddenError, TooManyRequestsError)


def note_refusal(error: Exception, refusal: SCIMError | None, *, method: str, path: str) -> None:
    """Record what ``refusal`` tells the source about ``error``, if it says "you may not".

    Runs in the tenant's scope, after the transaction that was refused.
    """
    if not (isinstance(error, LastAdminError) or isinstance(refusal, _KINDS)):
        return
    # What the client is told names the seconds to wait, by which each refusal would be another.
    reason = _TOO_MANY if isinstance(refusal, TooManyRequestsError) else error
    record_refusal("scim.refused", reason=reason, request=f"{method} {path}"[:300])
