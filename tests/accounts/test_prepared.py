"""Cursors of planned statements, which are used again and again on their connection."""

from __future__ import annotations

import pytest
from django.db import InterfaceError

from accounts.prepared import prepared_cursor

pytestmark = pytest.mark.django_db


def test_two_cursors_that_are_open_at_once_keep_their_results_apart() -> None:
    with prepared_cursor() as first, prepared_cursor() as second:
        first.execute("SELECT %s::int", [1])
        second.execute("SELECT %s::int", [2])

        assert (first.fetchone(), second.fetchone()) == ((1,), (2,))


def test_a_cursor_that_is_closed_twice_serves_one_at_a_time() -> None:
    cursor = prepared_cursor()
    cursor.execute("SELECT %s::int", [1])
    cursor.close()
    cursor.close()

    with prepared_cursor() as first, prepared_cursor() as second:
        assert first.cursor is not second.cursor


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
