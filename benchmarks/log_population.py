"""A company with logs in which few things were refused, wait, or have a request's ID."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.person_population import fill_for_person

if TYPE_CHECKING:
    from benchmarks.databases import Database

REQUEST_ID: Final = "0123456789abcdef"
"""That of ten entries."""
_OF_EACH: Final = 60
"""Rows of each rare kind, at every size, spread over the whole log."""
_REFUSED: Final = """
UPDATE scim_requestlogentry SET status = 409, scim_type = 'uniqueness'
WHERE id %% (%(users)s::int * 15 / %(rare)s::int) = 7
"""
_FAILED: Final = """
UPDATE provisioning_operation SET state = CASE id %% 2 WHEN 0 THEN 'failed' ELSE 'held' END
WHERE id %% (%(users)s::int * 5 / %(rare)s::int) = 3
"""
_SIGN_INS_REFUSED: Final = """
UPDATE accounts_auditentry SET action = 'sign_in.refused'
WHERE id %% (%(users)s::int * 30 / %(rare)s::int) = 11
"""
_REQUEST: Final = """
UPDATE accounts_auditentry SET request_id = %(request)s
WHERE id IN (SELECT id FROM accounts_auditentry ORDER BY id OFFSET 1000 LIMIT 10)
"""


def fill_for_log(database: Database, *, users: int, password_hash: str) -> None:
    """Make what the page of a person is measured with, and a few things that are rare."""
    fill_for_person(database, users=users, password_hash=password_hash)
    for statement in (_REFUSED, _FAILED, _SIGN_INS_REFUSED):
        database.run(statement, params={"users": users, "rare": _OF_EACH})
    database.run(_REQUEST, params={"request": REQUEST_ID})
    database.run("VACUUM (ANALYZE)")
