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
    parameters = connection.get_connection_params()
    server = {
        key: parameters[key] for key in ("host", "port", "user", "password") if parameters.get(key)
    }
    name = f"gatehouse_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(make_conninfo(**server, dbname="postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield make_conninfo(**server, dbname=name)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
