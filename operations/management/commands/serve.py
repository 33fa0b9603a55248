"""``manage.py serve``: serve Gatehouse, within the bounds that the environment sets."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from operations.installation.database import UnusableDatabaseError, refuse_unusable
from operations.installation.findings import Level
from operations.installation.stored_secrets import of_stored_secrets
from operations.server.address import UnusableAddressError, see_that_free
from operations.server.room import connections_said
from operations.server.starting import serve

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Serve Gatehouse over HTTP until stopped. Its limits are environment variables."
    requires_system_checks = []

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen at.")
        parser.add_argument("--port", type=int, default=None, help="By default that of PORT.")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"] or settings.PORT
        try:
            see_that_free(options["host"], port)
            refuse_unusable()
        except (UnusableAddressError, UnusableDatabaseError) as error:
            raise CommandError(f"Gatehouse cannot serve: {error}") from error
        stored = of_stored_secrets()
        if stored.level is Level.WRONG:
            self.stderr.write(f"{stored.says} {stored.remedy}")
        self.stderr.write(connections_said(settings.BOUNDS))
        import_module(settings.WSGI_APPLICATION.rpartition(".")[0])  # Read once for all workers.
        serve(options["host"], port, settings.BOUNDS)
