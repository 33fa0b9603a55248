"""Databases for server processes that tests start: empty, their own, gone afterwards."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo


@contextmanager
def fresh_database() -> Iterator[str]:
    """The connection string of a new, empty database on the tests' server; dropped at the end."""
    with _database(f"gatehouse_test_{uuid.uuid4().hex[:12]}", "template1") as conninfo:
        yield conninfo


@contextmanager
def migrated_database() -> Iterator[str]:
    """The same with every table, as migrations have left it, for tests marked ``django_db``."""
    with _database(f"gatehouse_test_{uuid.uuid4().hex[:12]}", _template()) as conninfo:
        yield conninfo


@contextmanager
def template_kept() -> Iterator[None]:
    """Keep a copy of the tests' own database, which is new and to which nobody is connected."""
    own = connection.settings_dict["NAME"]
    if not own.startswith("test_"):  # No test of this run has asked for the database.
        yield
        return
    connection.close()
    with _database(_template(), own):
        yield


def _template() -> str:
    return f"{connection.settings_dict['NAME']}_template"


@contextmanager
def _database(name: str, template: str) -> Iterator[str]:
    parameters = connection.get_connection_params()
    server = {
        key: parameters[key] for key in ("host", "port", "user", "password") if parameters.get(key)
    }
    made, copied = sql.Identifier(name), sql.Identifier(template)
    with psycopg.connect(make_conninfo(**server, dbname="postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(made))
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(made, copied))
        try:
            yield make_conninfo(**server, dbname=name)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(made))
