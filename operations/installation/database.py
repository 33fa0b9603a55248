"""What the database says about an installation, and whether it can be served with at all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from accounts.storage.server_facts import read_server_facts
from operations.installation.findings import Level, advice, good, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.installation.findings import Finding

OLDEST: Final = 15
"""PostgreSQL's major version from which on Gatehouse is tried."""

ENDS: Final = {
    14: date(2026, 11, 12),
    15: date(2027, 11, 11),
    16: date(2028, 11, 9),
    17: date(2029, 11, 8),
    18: date(2030, 11, 14),
}
"""The last day of each major version (postgresql.org/support/versioning)."""

_MOST_SECONDS_APART: Final = 5


class UnusableDatabaseError(Exception):
    """Gatehouse cannot serve with this database; the message says why, and what to do."""


def refuse_unusable() -> None:
    """See that the database is one that Gatehouse can serve with, if it answers.

    Raises:
        UnusableDatabaseError: It is too old, of another encoding, or not migrated to this version.
    """
    try:
        found = [*_of_server(), _migrations()]
    except Error:
        return  # Away, starting or full: answered 503 until it is there.
    finally:
        connection.close()
    for finding in found:
        if finding.level is Level.WRONG and finding.name in _PREVENTS:
            raise UnusableDatabaseError(f"{finding.says} {finding.remedy}")


def of_database() -> Iterator[Finding]:
    """Yield what is found out about the database."""
    try:
        found = [*_of_server(), _migrations()]
    except Error as error:
        yield _away(str(error).strip().partition("\n")[0])
    else:
        yield good("database", "The database answers.")
        yield from found


def _of_server() -> Iterator[Finding]:
    facts = read_server_facts()
    yield _version(facts.number // 10_000, facts.version)
    yield _encoding(facts.encoding)
    yield _clock(facts.now)
    yield _connections(facts.connections)
    yield _rights(is_superuser=facts.is_superuser, may_create=facts.may_create)


def _version(major: int, version: str) -> Finding:
    name = "database_version"
    if major < OLDEST:
        return wrong(
            name,
            f"The database is PostgreSQL {version}; {OLDEST} or newer is needed.",
            "Upgrade it, with pg_upgrade or pg_dump and pg_restore.",
        )
    ends = ENDS.get(major)
    if ends is None:
        return good(name, f"The database is PostgreSQL {version}.")
    if datetime.now(UTC).date() > ends:
        return advice(
            name,
            f"The database is PostgreSQL {version}, for which there have been no corrections "
            f"since {ends}.",
            "Upgrade it, with pg_upgrade or pg_dump and pg_restore.",
        )
    return good(name, f"The database is PostgreSQL {version}, which is kept up until {ends}.")


def _encoding(encoding: str) -> Finding:
    if encoding != "UTF8":
        return wrong(
            "database_encoding",
            f"The database has the encoding {encoding}, in which most names cannot be stored.",
            "Make one with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8', and name it in "
            "DATABASE_URL.",
        )
    return good("database_encoding", "The database has the encoding UTF-8.")


def _clock(now: datetime) -> Finding:
    apart = abs((datetime.now(UTC) - now).total_seconds())
    if apart > _MOST_SECONDS_APART:
        return wrong(
            "clock",
            f"The clocks of this machine and the database are {apart:.0f} seconds apart; sign-ins "
            "by SAML and links that expire depend on them.",
            "Have both machines keep their time by NTP.",
        )
    return good("clock", "The clocks of this machine and the database agree.")


def _connections(room: int) -> Finding:
    needed = settings.BOUNDS.database_connections
    if needed > room:
        return wrong(
            "connections",
            f"This server opens up to {needed} connections; the database takes {room}.",
            "Lower GATEHOUSE_WORKERS or GATEHOUSE_THREADS, or raise max_connections.",
        )
    return good(
        "connections",
        f"This server opens up to {needed} connections of the {room} that the database takes, of "
        "all servers and commands together.",
    )


def _rights(*, is_superuser: bool, may_create: bool) -> Finding:
    if is_superuser and not settings.EMBEDDED_DATABASE:
        return advice(
            "database_role",
            "The role of DATABASE_URL is a superuser of the whole database server.",
            "Use a role of its own that owns this database and nothing else.",
        )
    if not may_create:
        return wrong(
            "database_role",
            "The role of DATABASE_URL may not make tables.",
            "Run ALTER DATABASE … OWNER TO this role, as a superuser.",
        )
    return good("database_role", "The role of DATABASE_URL may do what is needed.")


def _migrations() -> Finding:
    name = "migrations"
    executor = MigrationExecutor(connection)
    loader = executor.loader
    newer = [
        f"{app}.{migration}"
        for app, migration in sorted(loader.applied_migrations)
        if app in loader.migrated_apps and (app, migration) not in loader.disk_migrations
    ]
    if newer:
        return wrong(
            name,
            f"The database was migrated by a later version ({newer[-1]}).",
            "Install that version, or restore the backup from before the migration.",
        )
    pending = len(executor.migration_plan(loader.graph.leaf_nodes()))
    if pending:
        return wrong(
            name,
            f"The database lacks {pending} migration{'s' if pending > 1 else ''} of this version.",
            "Run `manage.py migrate`.",
        )
    return good(name, "The database has the migrations of this version.")


def _away(said: str) -> Finding:
    return wrong(
        "database",
        f"The database does not answer: {said}.",
        "See that PostgreSQL runs, and that host, port, role, password and database in "
        "DATABASE_URL are right.",
    )


_PREVENTS: Final = ("database_version", "database_encoding", "migrations")
