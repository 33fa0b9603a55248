"""Databases of the benchmarks' own: made, copied and dropped on whatever server there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from config.env import Environment
from operations.embedded.database import embedded_database_url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import LiteralString

PREFIX = "gatehouse_benchmarks"


@dataclass(frozen=True, slots=True)
class Database:
    """One database; ``url`` is what ``DATABASE_URL`` is set to for those who use it."""

    name: str
    url: str

    def run(self, statement: LiteralString, params: Mapping[str, object] | None = None) -> None:
        """Run one statement in a transaction of its own."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement, params)


class DatabaseServer:
    """The server of ``DATABASE_URL``, or the embedded one in the folder of the benchmarks."""

    def __init__(self) -> None:
        environment = Environment()
        folder = environment.data_dir.resolve() / "benchmarks"
        self._url = environment.database_url or embedded_database_url(folder)
        self._made: list[str] = []

    def make(self, suffix: str, template: Database | None = None) -> Database:
        """Make a database anew, empty or as a copy of ``template``, which nobody may be using."""
        name = f"{PREFIX}_{suffix}"
        self._drop(name)
        source = template.name if template else "template0"
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
        self._made.append(name)
        return Database(name, self._address(name))

    def drop_all(self) -> None:
        """Drop every database made here."""
        while self._made:
            self._drop(self._made.pop())

    def _drop(self, name: str) -> None:
        self._execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement)

    def _address(self, name: str) -> str:
        return make_conninfo(self._url, dbname=name)
