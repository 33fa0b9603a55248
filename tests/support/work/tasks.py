"""Kinds of jobs for tests of real workers; an entry of the trail is the effect in the database."""

import time
from typing import Any, Final

from django.core.mail import send_mail

from accounts.jobs.kinds import (
    DAILY,
    MAIL,
    PROVISIONING,
    RUNS,
    Kind,
    at_least_once,
    exactly_once,
)
from accounts.jobs.places import give_way
from accounts.progress import report_progress
from accounts.trail import audit

EFFECT: Final = "test.effect"


@exactly_once(queue=DAILY)
def leave_a_mark(*, number: int) -> dict[str, Any]:
    """Leave one entry in the trail of the job's tenant."""
    audit.record(EFFECT, None, number=number)
    time.sleep(0.005)
    return {"number": number}


@at_least_once(queue=MAIL)
def mail_a_number(*, number: int) -> None:
    """Send one mail."""
    send_mail(f"Number {number}.", "", None, ["bob@acme.example"])


@at_least_once(queue=DAILY)
def take_long(*, seconds: int) -> dict[str, Any]:
    """Take so long, with progress."""
    for second in range(seconds):
        report_progress(done=second, total=seconds)
        time.sleep(1)
    return {"slept": seconds}


@exactly_once(queue=DAILY, pauses=())
def break_each_time(*, number: int) -> None:
    """Leave a mark, and fail."""
    audit.record(EFFECT, None, number=number)
    raise LookupError(f"number {number} is gone")


@at_least_once(queue=PROVISIONING, leaves=1, reaches_out=True)
def hang(*, seconds: int) -> None:
    """Wait for somebody else's server."""
    time.sleep(seconds)


@at_least_once(queue=RUNS, leaves=2, reaches_out=True, one_for_tenant=True)
def walk(*, steps: int, number: int) -> dict[str, Any]:
    """Take a long time in steps, and let others have the place between them."""
    for _step in range(steps):
        give_way()
        time.sleep(0.1)
    return {"number": number}


KINDS: Final[tuple[Kind[Any], ...]] = (
    leave_a_mark,
    mail_a_number,
    take_long,
    break_each_time,
    hang,
    walk,
)
