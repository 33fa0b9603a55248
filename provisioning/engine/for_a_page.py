"""Asking a target while somebody waits for the page: not for long, and only a few at once.

It takes a thread of the server until it ends.  The others serve everybody else, whatever targets
do.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils.translation import gettext as _

from provisioning.client.time_limit import time_limit
from provisioning.engine.errors import TooManyAtOnceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.models import Application

SECONDS: Final = 20.0
"""How long all requests to the target may take together."""
MOST_OF_TENANT: Final = 1

_lock: Final = Lock()
_asking: Final[Counter[int]] = Counter()
"""How many pages of this process ask a target now, by tenant."""


@contextmanager
def asking_for_a_page(application: Application) -> Iterator[None]:
    """Let the target of an application be asked inside the block, within a limit of time.

    Raises:
        TooManyAtOnceError: A page of the tenant does so already, or enough of other tenants do.
    """
    tenant_id = application.tenant_id
    _begin(tenant_id)
    try:
        with time_limit(SECONDS):
            yield
    finally:
        with _lock:
            _asking[tenant_id] -= 1


def most_at_once() -> int:
    """Return how many pages of a process may ask targets: a third of its threads."""
    return max(1, int(settings.BOUNDS.threads) // 3)


def _begin(tenant_id: int) -> None:
    with _lock:
        if _asking[tenant_id] >= MOST_OF_TENANT:
            raise TooManyAtOnceError(
                _("Another target is being asked for your company. Try again in a moment.")
            )
        if _asking.total() >= most_at_once():
            raise TooManyAtOnceError(_("Many targets are being asked. Try again in a moment."))
        _asking[tenant_id] += 1
