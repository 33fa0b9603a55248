"""What the operators' commands have in common: readable text, or one JSON object."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError
from typing_extensions import override

from accounts.errors import AccountError
from accounts.models import Tenant
from accounts.tenancy.tenant_by_tenant import FAILED
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_NOT_MIGRATED: Final = frozenset({"42P01", "42703"})
"""PostgreSQL's codes for a table and for a column that do not exist."""

OPERATOR_AT_THE_COMMAND_LINE = "operator (command line)"


def add_tenant(parser: CommandParser) -> None:
    """Let a command take the tenant it is about, which :func:`tenant_called` finds."""
    parser.add_argument("slug", metavar="SLUG", help="Short name of the tenant.")


class OperatorCommand(BaseCommand):
    """A command that answers with a mapping, printed as lines or with ``--json`` as one object.

    Subclasses implement :meth:`answer` and, to word the text themselves, :meth:`text`.  Refusals
    of services and invalid values end the command with their message and status 1.  So does an
    answer that names failures (:mod:`accounts.tenancy.tenant_by_tenant`), after it has been
    printed.
    """

    requires_migrations_checks = False

    @override
    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object and nothing else."
        )
        return parser

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        with audit.acting_as(OPERATOR_AT_THE_COMMAND_LINE), refusals_reported():
            answer = self.answer(**options)
        self.stdout.write(json.dumps(answer, default=str) if options["json"] else self.text(answer))
        failed = answer.get(FAILED)
        if failed:
            raise CommandError(_failures(failed))

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Do the work and return what is to be printed; values must be JSON."""
        raise NotImplementedError

    def text(self, answer: Mapping[str, Any]) -> str:
        """Return ``answer`` for a person to read: one line for each value, also within lists."""
        return "\n".join(_told(answer)) or "There was nothing to do."


@contextmanager
def refusals_reported() -> Iterator[None]:
    """Turn refusals, invalid values and a missing table into :class:`CommandError`."""
    try:
        yield
    except ValidationError as error:
        raise CommandError("\n".join(_lines(error))) from error
    except AccountError as error:
        raise CommandError(str(error)) from error
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", None) not in _NOT_MIGRATED:
            raise
        raise CommandError(
            "The database is not set up for this version. Run 'manage.py migrate' first."
        ) from error


def tenant_called(slug: str) -> Tenant:
    """Return the tenant with this slug.

    Raises:
        CommandError: There is none; the message lists some of those that exist.
    """
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        known = ", ".join(Tenant.objects.values_list("slug", flat=True)[:10])
        hint = f"There are: {known}." if known else "Make one with create_tenant."
        raise CommandError(f"There is no tenant “{slug}”. {hint}")
    return tenant


def label(name: str) -> str:
    """Return the name of a value for a person to read.

    >>> label("sign_on_page_url")
    'Sign on page URL'
    """
    words = name.replace("_", " ").split()
    spelt = [
        word.upper() if word in {"url", "scim", "saml", "idp", "sp", "id"} else word
        for word in words
    ]
    return " ".join([spelt[0].capitalize() if spelt[0].islower() else spelt[0], *spelt[1:]])


def _told(answer: Mapping[str, Any]) -> Iterator[str]:
    for name, value in answer.items():
        rows = value if isinstance(value, list) else []
        if not rows:
            yield f"{label(name)}: {'none' if value == [] else value}"
        for number, row in enumerate(rows, start=1):
            called = label(name) if len(rows) == 1 else f"{label(name)} {number}"
            yield f"{called}: {', '.join(_told(row)) if isinstance(row, dict) else row}"


def _failures(failed: Iterable[str]) -> str:
    return f"Failed: {', '.join(failed)}. See the log."


def _lines(error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [
        f"{field}: {message}" for field, errors in error.message_dict.items() for message in errors
    ]
