"""Log lines that clients cause at will are bounded; errors are not."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings

from operations.log_lines.bounded import MOST_IN_A_SECOND, Bounded


def refused(
    second: int, *, name: str = "django.request", level: int = logging.WARNING
) -> logging.LogRecord:
    record = logging.LogRecord(name, level, "", 0, "%s: %s", ("Too Many Requests", "/x"), None)
    record.created = second + 0.5
    return record


@pytest.mark.parametrize("name", sorted(settings.LOGGING["handlers"]))
def test_every_handler_bounds_what_it_writes(name: str) -> None:
    assert settings.LOGGING["handlers"][name]["filters"][0] == "bounded"
    assert settings.LOGGING["filters"]["bounded"] == {"()": "operations.log_lines.bounded.Bounded"}


def test_of_a_flood_of_one_second_some_lines_are_kept_and_the_rest_is_counted() -> None:
    bounded = Bounded()
    flood = [bounded.filter(refused(7)) for _ in range(1_000)]
    following = refused(8)

    assert sum(flood) == MOST_IN_A_SECOND
    assert bounded.filter(following)
    assert following.getMessage() == (
        f"Too Many Requests: /x ({1_000 - MOST_IN_A_SECOND} more such lines were left out before)"
    )
    after_that = refused(8)
    assert bounded.filter(after_that)
    assert after_that.getMessage() == "Too Many Requests: /x"


def test_a_flood_of_one_kind_leaves_the_lines_of_others() -> None:
    bounded = Bounded()
    for _ in range(1_000):
        bounded.filter(refused(7))

    assert bounded.filter(refused(7, name="accounts.trail.refusals"))
    assert bounded.filter(refused(7, level=logging.INFO))


def test_errors_are_always_written() -> None:
    bounded = Bounded()

    assert all(bounded.filter(refused(7, level=logging.ERROR)) for _ in range(1_000))
