"""``manage.py doctor``: what is wrong with an installation, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.management.base import CommandError
from typing_extensions import override

from accounts.commands import OperatorCommand
from operations.installation.change_feed import of_change_feed
from operations.installation.database import of_database
from operations.installation.findings import Level
from operations.installation.jobs import of_jobs
from operations.installation.machine import of_machine
from operations.installation.proxy import of_proxy
from operations.installation.stored_secrets import of_stored_secrets
from operations.installation.variables import of_variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser

    from operations.installation.findings import Finding

FINDINGS: Final = "findings"


class Command(OperatorCommand):
    help = (
        "Say what is wrong with this installation, and how to mend it: variables, secret key, "
        "database, feed of changes, workers, mail, disk. The status is not 0 when something is "
        "wrong. Prints no secret."
    )
    requires_system_checks = []

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--url", help="Also ask the server through its public address, as a browser would."
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if self.wrong:
            raise CommandError(f"To be mended: {', '.join(self.wrong)}.")

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        found: list[Finding] = [*of_variables(), *of_database(), of_stored_secrets()]
        found += [of_change_feed(), of_jobs(), *of_machine()]
        if options["url"]:
            found += of_proxy(options["url"].rstrip("/"))
        self.wrong = [each.name for each in found if each.level is Level.WRONG]
        return {
            FINDINGS: [
                {
                    "name": each.name,
                    "level": each.level,
                    "says": each.says,
                    "remedy": each.remedy,
                }
                for each in found
            ],
        }

    @override
    def text(self, answer: Mapping[str, Any]) -> str:
        lines = []
        for each in answer[FINDINGS]:
            lines.append(f"{each['level']:<7}{each['says']}")
            if each["remedy"]:
                lines.append(f"{'':<7}{each['remedy']}")
        return "\n".join(lines)
