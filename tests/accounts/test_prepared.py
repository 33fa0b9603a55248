"""Cursors of statements that are planned once for each connection."""

from __future__ import annotations

import pytest
from django.db import InterfaceError, connection
from django.test.utils import CaptureQueriesContext

from accounts.storage.prepared import prepared_cursor

pytestmark = pytest.mark.django_db


def test_two_cursors_that_are_open_at_once_keep_their_results_apart() -> None:
    with prepared_cursor() as first, prepared_cursor() as second:
        first.execute("SELECT %s::int", [1])
        second.execute("SELECT %s::int", [2])

        assert (first.fetchone(), second.fetchone()) == ((1,), (2,))


def test_a_statement_is_planned_when_it_first_runs_and_only_run_from_then_on() -> None:
    with connection.cursor() as other:
        other.execute("DEALLOCATE ALL")
    for value in range(3):
        with prepared_cursor() as cursor:
            cursor.execute("SELECT 'planned once', %s::int", [value])

    with connection.cursor() as other:
        other.execute(
            "SELECT count(*), sum(generic_plans + custom_plans) FROM pg_prepared_statements"
            " WHERE statement LIKE 'SELECT ''planned once''%'"
        )
        assert other.fetchone() == (1, 3)


def test_the_log_of_statements_shows_it() -> None:
    with CaptureQueriesContext(connection) as captured, prepared_cursor() as cursor:
        cursor.execute("SELECT %s::int", [1])

    assert [each["sql"] for each in captured] == ["SELECT %s::int"]


def test_an_error_before_the_statement_is_the_one_that_is_seen() -> None:
    with pytest.raises(ZeroDivisionError), prepared_cursor():
        raise ZeroDivisionError


def test_a_closed_cursor_runs_nothing() -> None:
    cursor = prepared_cursor()
    cursor.close()

    with pytest.raises(InterfaceError, match="closed"):
        cursor.execute("SELECT %s::int", [1])


def test_the_same_statement_takes_null_as_well_as_values() -> None:
    seen = []
    for value in ("a", None, "b"):
        with prepared_cursor() as cursor:
            cursor.execute("SELECT %s::text", [value])
            seen.append(cursor.fetchone()[0])

    assert seen == ["a", None, "b"]
