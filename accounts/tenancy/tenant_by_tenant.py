"""Work that is due for every tenant, each by itself: one that fails stops no other."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.db import connection

from accounts.progress import report_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from accounts.models import Tenant

logger = logging.getLogger(__name__)

FAILED: Final = "failed"
"""Where the answer of a command names the tenants whose work failed, with the reason."""

_T = TypeVar("_T")


def do_for_each(
    tenants: Iterable[Tenant], work: Callable[[Tenant], _T]
) -> tuple[dict[str, _T], dict[str, str]]:
    """Call ``work`` with each tenant; return what it gave by slug, and what went wrong by slug.

    An exception is logged with its trace.
    """
    done: dict[str, _T] = {}
    failed: dict[str, str] = {}
    due = list(tenants)
    for number, tenant in enumerate(due, start=1):
        try:
            done[tenant.slug] = work(tenant)
        except Exception as error:  # Whatever is wrong with one tenant, the others are due.
            logger.exception("The work for the tenant %s failed.", tenant.slug)
            failed[tenant.slug] = f"{type(error).__name__}: {error}"
            if not connection.in_atomic_block:
                # One that has broken meanwhile is opened anew for the next tenant.
                connection.close_if_unusable_or_obsolete()
        report_progress(done=number, total=len(due))
    return done, failed


def with_failures(answer: dict[str, Any], failed: dict[str, str]) -> dict[str, Any]:
    """Return the answer of a command, which names the failures if there are any."""
    return answer | ({FAILED: failed} if failed else {})
