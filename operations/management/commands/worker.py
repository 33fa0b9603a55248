"""``manage.py worker``: do what was left for later, until stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.management.base import BaseCommand, CommandError
from procrastinate.exceptions import ConnectorException
from psycopg import Error as DriverError
from psycopg.errors import ForeignKeyViolation
from typing_extensions import override

from accounts.jobs.kinds import QUEUES
from accounts.jobs.worker import DEAD_AFTER_SECONDS, work
from operations.installation.database import UnusableDatabaseError, refuse_unusable

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

_AT_ONCE: Final = 4


class Command(BaseCommand):
    help = (
        "Do jobs until stopped: mail, what is due by the clock, what somebody does to many "
        "people at once, and what is pushed to applications. Run at least one; any number "
        "may run, on any machines. SIGTERM lets it finish what it has begun. What a worker that "
        "was killed had begun, another does within two minutes."
    )
    requires_system_checks = []

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--queue",
            action="append",
            choices=QUEUES,
            help="Take jobs of this queue only; may be given more than once.",
        )
        parser.add_argument(
            "--at-once", type=int, default=_AT_ONCE, help="Jobs at a time; 4 by default."
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if options["at_once"] < 1:
            raise CommandError("--at-once must be 1 or more.")
        try:
            refuse_unusable()
        except UnusableDatabaseError as error:
            raise CommandError(f"The worker cannot work: {error}") from error
        try:
            work(queues=options["queue"] or (), at_once=options["at_once"])
        except (ConnectorException, DriverError) as error:
            # Whoever supervises the worker starts it again.
            raise CommandError(_what_went_wrong(error)) from error


def _what_went_wrong(error: Exception) -> str:
    if isinstance(error.__cause__, ForeignKeyViolation):  # Its own row is gone.
        return (
            f"The worker was not heard of for {DEAD_AFTER_SECONDS} seconds, as a machine that "
            "slept is not. Others have given it up for dead and do what it had begun; it must "
            "start again."
        )
    return f"The database does not answer: {error}"
