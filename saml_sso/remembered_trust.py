"""What tenants trust, kept from one response to the next, and never believed unasked.

Reading and building it is a fifth of the work of a sign-in, and it hardly ever changes.  A
response may be judged by what this process remembers; before anything follows from the verdict,
be it a session or a refusal, the database says whether it would still read the same.  If not, the
response is judged again by what it reads now.  So a certificate that was removed is gone at once
in every process, as if nothing were remembered.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Final

from django.conf import settings

from saml_sso.storage.trust_rows import read_stamp

if TYPE_CHECKING:
    from saml_sso.trust import Trust

_MOST_TENANTS: Final = 1_000


class TrustChangedError(Exception):
    """What was remembered is not what the tenant trusts now; nothing has been done by it."""


class TrustMemory:
    """The trust of the tenants that were read last; shared by the threads of a process.

    Nobody changes the rows that a remembered :class:`~saml_sso.trust.Trust` holds.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], Trust] = OrderedDict()

    def recall(self, slug: str) -> Trust | None:
        """Return what the tenant of this short name trusted when somebody last looked."""
        return self._kept.get(_key(slug))

    def remember(self, trust: Trust) -> None:
        """Keep what was read just now."""
        key = _key(trust.tenant.slug)
        with self._lock:
            self._kept[key] = replace(trust, is_remembered=True)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_TENANTS:
                self._kept.popitem(last=False)

    def forget(self) -> None:
        """Forget everything, as a new process would."""
        with self._lock:
            self._kept.clear()


memory = TrustMemory()


def require_unchanged(trust: Trust, stamp: str | None) -> None:
    """Let pass what was read for this request, and what is remembered with the ``stamp`` of now.

    Raises:
        TrustChangedError: It is not.
    """
    if trust.is_remembered and trust.stamp != stamp:
        raise TrustChangedError(trust.tenant.slug)


def require_current(trust: Trust) -> None:
    """Ask the database whether a remembered ``trust`` is what it would read now.

    Raises:
        TrustChangedError: It is not.
    """
    if trust.is_remembered:
        require_unchanged(trust, read_stamp(trust.tenant.pk))


def _key(slug: str) -> tuple[str, str]:
    # Our own addresses in it begin with the address of the deployment.
    return slug, settings.BASE_URL
