"""When the next request may go to a target, decided in one row for all workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from provisioning.storage.soon import SOON

if TYPE_CHECKING:
    from datetime import datetime

CALM_SECONDS: Final = 60
"""So long without a 429, and requests follow each other faster again."""
_SLOWEST: Final = 60.0
_FIRST_SLOWED: Final = 0.2

_ADD: Final = """
INSERT INTO provisioning_targetbudget (tenant_id, key, interval, least_interval, next_free)
VALUES (%(tenant)s, %(key)s, %(least)s, %(least)s, clock_timestamp())
ON CONFLICT (tenant_id, key) DO UPDATE
SET interval = GREATEST(provisioning_targetbudget.interval, EXCLUDED.least_interval),
  least_interval = EXCLUDED.least_interval
WHERE provisioning_targetbudget.least_interval <> EXCLUDED.least_interval
"""
# A place is taken only while the target does not pause; whoever gets one waits until it comes.
_TAKE: Final = f"""
UPDATE provisioning_targetbudget AS pace
SET next_free = GREATEST(pace.next_free, clock_timestamp()) + make_interval(secs => CASE
    WHEN pace.interval > pace.least_interval
      AND pace.slowed < clock_timestamp() - make_interval(secs => %(calm)s)
    THEN GREATEST(pace.interval * 0.7 - 0.01, pace.least_interval) ELSE pace.interval END),
  interval = CASE WHEN pace.interval > pace.least_interval
      AND pace.slowed < clock_timestamp() - make_interval(secs => %(calm)s)
    THEN GREATEST(pace.interval * 0.7 - 0.01, pace.least_interval) ELSE pace.interval END
WHERE pace.tenant_id = %(tenant)s AND pace.key = %(key)s
  AND (pace.paused_until IS NULL OR pace.paused_until <= clock_timestamp())
  AND pace.next_free <= clock_timestamp() + make_interval(secs => %(patience)s)
RETURNING extract(
  epoch FROM pace.next_free - make_interval(secs => pace.interval) - clock_timestamp()
)::float, {SOON}
"""  # noqa: S608
_WHEN: Final = """
SELECT GREATEST(pace.paused_until, pace.next_free) FROM provisioning_targetbudget AS pace
WHERE pace.tenant_id = %(tenant)s AND pace.key = %(key)s
"""
_PAUSE: Final = """
UPDATE provisioning_targetbudget AS pace
SET paused_until = GREATEST(pace.paused_until, %(until)s), slowed = clock_timestamp(),
  interval = CASE WHEN pace.slowed > clock_timestamp() - interval '2 seconds' THEN pace.interval
    ELSE LEAST(GREATEST(pace.interval * 2, %(first)s), %(slowest)s) END
WHERE pace.tenant_id = %(tenant)s AND pace.key = %(key)s
"""
_SHOW: Final = """
SELECT pace.interval, pace.paused_until FROM provisioning_targetbudget AS pace
WHERE pace.tenant_id = %(tenant)s AND pace.key = %(key)s
"""


class Pace(NamedTuple):
    """How fast a target is asked now."""

    interval: float
    paused_until: datetime | None


def add_pace(*, tenant_id: int, key: str, least_interval: float) -> None:
    """Have a row for a host and credential, with the seconds that the catalogue wants between."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD, {"tenant": tenant_id, "key": key, "least": least_interval})


def take_place(*, tenant_id: int, key: str, patience: float) -> float | None:
    """Take the next place; return the seconds until it comes.

    ``None``: the target pauses, or its places are taken for longer than ``patience`` seconds.
    """
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "key": key,
        "patience": patience,
        "calm": CALM_SECONDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        row = cursor.fetchone()
    return None if row is None else max(row[0], 0.0)


def next_place(*, tenant_id: int, key: str) -> datetime | None:
    """Return when it is worth asking for a place again."""
    with connection.cursor() as cursor:
        cursor.execute(_WHEN, {"tenant": tenant_id, "key": key})
        row = cursor.fetchone()
    return None if row is None else row[0]


def pause_target(*, tenant_id: int, key: str, until: datetime) -> None:
    """Let nobody ask before ``until``, and then half as often as now."""
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "key": key,
        "until": until,
        "first": _FIRST_SLOWED,
        "slowest": _SLOWEST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAUSE, values)


def pace_of(*, tenant_id: int, key: str) -> Pace | None:
    """Return how fast a target is asked now; ``None`` when it was never asked."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOW, {"tenant": tenant_id, "key": key})
        row = cursor.fetchone()
    return None if row is None else Pace._make(row)
