"""What is due by itself, as kinds of jobs: each runs alone, whoever wants it (times are UTC)."""

from __future__ import annotations

import io
import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.jobs.kinds import DAILY, HOUR, MINUTE, Kind, at_least_once
from accounts.models import Tenant
from accounts.services.action_results import delete_old_results
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from accounts.trail import retention

if TYPE_CHECKING:
    from collections.abc import Callable

_AFTER_MIDNIGHT: Final = "10 0 * * *"
_HOURLY: Final = "20 * * * *"
_PAUSES: Final = (5 * MINUTE, HOUR)

Answer = dict[str, Any]


def _due(cron: str) -> Callable[[Callable[[], Answer]], Kind[[]]]:
    return at_least_once(queue=DAILY, cron=cron, pauses=_PAUSES)


@_due(_AFTER_MIDNIGHT)
def start_subscriptions() -> Answer:
    """Give the seats of subscriptions whose first day has come."""
    return _answer_of("start_subscriptions")


@_due(_AFTER_MIDNIGHT)
def warn_of_expiring_credentials() -> Answer:
    """Mail what expires soon."""
    return _answer_of("warn_of_expiring_credentials")


@_due(_AFTER_MIDNIGHT)
def refresh_saml_metadata() -> Answer:
    """Read the metadata URLs of identity providers again."""
    return _answer_of("refresh_saml_metadata")


@_due(_HOURLY)
def prune_saml() -> Answer:
    """Delete SAML messages and attempts that are old; strangers cause some of them."""
    return _answer_of("prune_saml")


@_due(_HOURLY)
def prune_request_log() -> Answer:
    """Delete what the request log keeps no longer."""
    return _answer_of("prune_request_log")


@_due(_HOURLY)
def clear_sessions() -> Answer:
    """Delete the sessions that are over; Django's own command is of an app we do without."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return {}


@_due(_AFTER_MIDNIGHT)
def clear_results() -> Answer:
    """Delete the results of actions that are kept no longer."""
    done, failed = do_for_each(Tenant.objects.all(), _results_deleted)
    return with_failures({"deleted": sum(done.values())}, failed)


@_due(_AFTER_MIDNIGHT)
def erase_people_who_left() -> Answer:
    """Erase from the trail whoever was deleted long ago."""
    return retention.erase_people_who_left()


@_due(_AFTER_MIDNIGHT)
def prune_trail() -> Answer:
    """Delete the entries of the trail that are kept no longer."""
    return retention.prune_trail()


KINDS: Final[tuple[Kind[Any], ...]] = (
    start_subscriptions,
    warn_of_expiring_credentials,
    refresh_saml_metadata,
    prune_saml,
    prune_request_log,
    clear_sessions,
    clear_results,
    erase_people_who_left,
    prune_trail,
)


def _answer_of(command: str) -> Answer:
    """Return what the command answers, also when it names tenants whose work failed."""
    printed = io.StringIO()
    try:
        call_command(command, "--json", stdout=printed)
    except CommandError:
        if not printed.getvalue():
            raise
    answer: Answer = json.loads(printed.getvalue())
    return answer


def _results_deleted(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return delete_old_results()
