"""``manage.py serve``: serve Gatehouse, within the bounds that the environment sets."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand
from typing_extensions import override

from config.env import Environment
from config.server.room import connections_said
from config.server.starting import serve

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
        self.stderr.write(connections_said(settings.BOUNDS))
        import_module(settings.WSGI_APPLICATION.rpartition(".")[0])  # Read once for all workers.
        port = options["port"] or Environment().port
        serve(options["host"], port, settings.BOUNDS)
