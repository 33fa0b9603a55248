"""What the database server says about itself and about us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import connection

if TYPE_CHECKING:
    from datetime import datetime

_FACTS: Final = """
SELECT current_setting('server_version_num')::int, current_setting('server_version'),
       pg_encoding_to_char(encoding), now(),
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
       has_schema_privilege(current_schema(), 'CREATE'),
       current_setting('max_connections')::int
         - current_setting('superuser_reserved_connections')::int,
       (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user), datconnlimit
FROM pg_database WHERE datname = current_database()
"""


class ServerFacts(NamedTuple):
    """What :func:`read_server_facts` read.

    Attributes:
        number: The version as a number, such as 180006.
        version: The version in words.
        encoding: That of the database, such as ``UTF8``.
        now: The server's clock.
        is_superuser: Whether our role is one.
        may_create: Whether our role may create tables where ours are.
        connections: How many the server, our role and the database let us open at most.
    """

    number: int
    version: str
    encoding: str
    now: datetime
    is_superuser: bool
    may_create: bool
    connections: int


def read_server_facts() -> ServerFacts:
    """Return what the server says, with one statement.

    Raises:
        django.db.Error: It does not answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FACTS)
        number, version, encoding, now, is_superuser, may_create, *limits = cursor.fetchone()
    most = min(limit for limit in limits if limit >= 0)
    return ServerFacts(number, version, encoding, now, is_superuser, may_create, most)
