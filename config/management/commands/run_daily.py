"""``manage.py run_daily``: everything that must happen once a day, in one call."""

from __future__ import annotations

import io
import json
import logging
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from typing_extensions import override

from accounts.commands import OperatorCommand
from accounts.models import Tenant
from accounts.services.action_results import delete_old_results
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import FAILED, do_for_each, with_failures
from accounts.trail.retention import erase_people_who_left, prune_trail
from config.one_at_a_time import one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

logger = logging.getLogger(__name__)

LOCK: Final = "run_daily"
NOT_DONE: Final = "not_done"


class Command(OperatorCommand):
    help = (
        "Run all daily work once: subscriptions that begin, credentials that expire, metadata "
        "URLs, and deleting what is old. A part that fails is logged and named, and stops no "
        "other, nor does a tenant; the status is then not 0. While another run is at work, "
        "nothing is done, and the status is 0. Run it once a day, soon after midnight (UTC)."
    )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        self.failures: list[str] = []
        super().handle(*args, **options)
        if self.failures:
            raise CommandError(f"Failed: {', '.join(self.failures)}. See the log.")

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        with one_at_a_time(LOCK) as is_ours:
            if not is_ours:
                return {NOT_DONE: "Another run_daily is at work."}
            return {name: self._result(name, part) for name, part in parts().items()}

    def _result(self, name: str, part: Callable[[], Any]) -> Any:
        try:
            answer = part()
        except Exception as error:  # Whatever is wrong with one part, the others are due.
            logger.exception("The daily work %s failed.", name)
            self.failures.append(name)
            return {FAILED: f"{type(error).__name__}: {error}"}
        if answer.get(FAILED):
            self.failures.append(f"{name} ({', '.join(answer[FAILED])})")
        return answer

    @override
    def text(self, answer: Mapping[str, Any]) -> str:
        if NOT_DONE in answer:
            return str(answer[NOT_DONE])
        return "\n".join(
            f"{name}: {json.dumps(said, default=str)}" for name, said in answer.items()
        )


def parts() -> dict[str, Callable[[], Any]]:
    """Return the daily work by name, in the order in which it is done."""
    commands = (
        "start_subscriptions",
        "warn_of_expiring_credentials",
        "refresh_saml_metadata",
        "prune_saml",
        "prune_request_log",
    )
    return {name: partial(_answer_of, name) for name in commands} | {
        "clear_sessions": _clear_sessions,
        "clear_results": _clear_results,
        "erase_people_who_left": erase_people_who_left,
        "prune_trail": prune_trail,
    }


def _answer_of(command: str) -> Any:
    """Return what the command answers, also when it names tenants whose work failed."""
    printed = io.StringIO()
    try:
        call_command(command, "--json", stdout=printed)
    except CommandError:
        if not printed.getvalue():
            raise
    return json.loads(printed.getvalue())


def _clear_sessions() -> dict[str, Any]:
    """Delete the sessions that are over; Django's own command is of an app we do without."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return {}


def _clear_results() -> dict[str, Any]:
    """Delete the results of actions that are kept no longer."""
    done, failed = do_for_each(Tenant.objects.all(), _results_deleted)
    return with_failures({"deleted": sum(done.values())}, failed)


def _results_deleted(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return delete_old_results()
