"""What follows from each answer of a target."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.planning.retrying import (
    GIVEN_UP_AFTER,
    LONGEST,
    SHORTEST,
    Done,
    GivenUp,
    Gone,
    MatchAgain,
    QuarantineApplication,
    QuarantineObject,
    ReadAgain,
    RetryAt,
    SearchFirst,
    Verdict,
    decide,
)
from provisioning.planning.thresholds import must_hold
from provisioning.protocol.answers import Outcome, unanswered

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def verdict(answer: Outcome, **more: Any) -> Verdict:
    return decide(answer, **{"attempts": 1, "now": NOW, "first_tried": NOW, "jitter": 0.5, **more})


@pytest.mark.parametrize(
    ("method", "status", "kind"),
    [
        ("POST", 201, Done),
        ("PATCH", 204, Done),
        ("DELETE", 200, Done),
        ("DELETE", 202, Done),
        ("DELETE", 204, Done),
        ("DELETE", 404, Done),
        ("DELETE", 410, Done),
        ("PATCH", 404, Gone),
        ("PUT", 410, Gone),
        ("GET", 404, Gone),
        ("POST", 404, QuarantineObject),
        ("POST", 400, QuarantineObject),
        ("PATCH", 403, QuarantineObject),
        ("PATCH", 405, QuarantineObject),
        ("DELETE", 501, QuarantineObject),
        ("PATCH", 409, RetryAt),
        ("PUT", 409, RetryAt),
        ("DELETE", 409, QuarantineObject),
        ("PATCH", 413, QuarantineObject),
        ("POST", 409, MatchAgain),
        ("PATCH", 412, ReadAgain),
        ("POST", 401, QuarantineApplication),
        ("GET", 301, QuarantineApplication),
        ("PATCH", 408, RetryAt),
        ("PATCH", 429, RetryAt),
        ("POST", 429, RetryAt),
        ("PATCH", 500, RetryAt),
        ("DELETE", 503, RetryAt),
        ("PATCH", 0, RetryAt),
        ("POST", 0, SearchFirst),
        ("POST", 408, SearchFirst),
        ("POST", 502, SearchFirst),
    ],
)
def test_an_answer_is_judged(method: str, status: int, kind: type) -> None:
    assert type(verdict(Outcome(method, status))) is kind


def test_a_page_for_people_stops_the_application() -> None:
    found = verdict(Outcome("GET", 200, is_readable=False))

    assert found == QuarantineApplication("200: a page instead of JSON")


def test_a_post_that_never_left_needs_no_search() -> None:
    assert isinstance(verdict(unanswered("POST", "refused", was_sent=False)), RetryAt)
    assert isinstance(verdict(unanswered("POST", "dropped", was_sent=True)), SearchFirst)


@pytest.mark.parametrize(
    ("retry_after", "waits"),
    [
        (7.0, timedelta(seconds=7)),
        (0.2, timedelta(seconds=1)),
        (1e8, LONGEST),
        (0.0, SHORTEST * 1.5),
        (None, SHORTEST * 1.5),
    ],
)
def test_429_pauses_the_target_as_long_as_it_says(
    retry_after: float | None, waits: timedelta
) -> None:
    found = verdict(Outcome("PATCH", 429, retry_after=retry_after))

    assert found == RetryAt(NOW + waits, "429", pauses_target=True)


def test_503_pauses_the_target_only_when_it_says_how_long() -> None:
    asked = verdict(Outcome("PATCH", 503, retry_after=60.0))

    assert asked == RetryAt(NOW + timedelta(minutes=1), "503", pauses_target=True)
    assert verdict(Outcome("PATCH", 503)) == RetryAt(NOW + SHORTEST * 1.5, "503")


@given(st.integers(0, 10_000), st.floats(0, 1), st.sampled_from([0, 408, 429, 500, 599]))
def test_pauses_are_within_bounds(attempts: int, jitter: float, status: int) -> None:
    found = verdict(Outcome("PATCH", status), attempts=attempts, jitter=jitter)

    assert isinstance(found, RetryAt)
    assert SHORTEST <= found.when - NOW <= LONGEST


def test_pauses_grow() -> None:
    waits = [
        found.when - NOW
        for attempts in range(1, 13)
        if isinstance(
            found := verdict(Outcome("PATCH", 500), attempts=attempts, jitter=1.0), RetryAt
        )
    ]

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=1), LONGEST)


def test_after_four_weeks_it_is_given_up() -> None:
    for status in (0, 429, 500):
        late = {"first_tried": NOW - GIVEN_UP_AFTER}
        assert isinstance(verdict(Outcome("POST", status), **late), GivenUp)
    assert isinstance(
        verdict(Outcome("POST", 400), first_tried=NOW - GIVEN_UP_AFTER), (QuarantineObject)
    )


@pytest.mark.parametrize(
    ("removals", "population", "number", "percent", "held"),
    [
        (20, 100, 20, None, False),
        (21, 100, 20, None, True),
        (30, 100, None, 20, True),
        (20, 100, None, 20, False),
        (5, 10, 20, 20, True),
        (5, 10, 20, None, False),
        (1, 0, None, 50, True),
        (0, 0, 0, 0, False),
        (1, 100, 0, None, True),
        (99, 100, None, None, False),
    ],
)
def test_removals_beyond_a_limit_are_held(
    removals: int, population: int, number: int | None, percent: int | None, *, held: bool
) -> None:
    found = must_hold(removals=removals, population=population, number=number, percent=percent)

    assert found is held


def test_a_name_that_somebody_else_may_be_leaving_is_asked_for_four_times() -> None:
    refusal = Outcome("PATCH", 409, "uniqueness")
    verdicts = [verdict(refusal, attempts=number) for number in range(1, 6)]

    assert [type(each) for each in verdicts] == [RetryAt] * 3 + [QuarantineObject] * 2
    times = [each.when for each in verdicts if isinstance(each, RetryAt)]
    assert times == sorted(times)
    assert times[-1] < NOW + timedelta(minutes=10)
