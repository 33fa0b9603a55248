"""What happened on each of the last thirty days, as bars and as a table, from daily counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from accounts.models import DailyCount
from console.dashboard.bars import BarChart, bars_of
from console.dashboard.rights import sees, url

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from accounts.models import User

DAYS: Final = 30
_WEEK: Final = 7
_Kind = DailyCount.Kind
Counts = dict["datetime.date", dict[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysChart:
    """One chart with its figures.

    Attributes:
        key: What its parts are called in the page.
        finding: What it shows, in a sentence.
        columns: The outcomes, each with the class of its bars.
        rows: Each day, the newest first, with a number for each outcome.
        log: Where each one is found.
    """

    key: str
    title: str
    finding: str
    columns: list[tuple[str, str]]
    rows: list[tuple[datetime.date, list[int]]]
    drawn: BarChart
    log: str


def counts_of_days() -> Counts:
    """Return the counts of the last thirty days of the active tenant, in one statement."""
    first = timezone.localdate() - timedelta(days=DAYS - 1)
    found: Counts = {first + timedelta(days=number): {} for number in range(DAYS)}
    kept = DailyCount.objects.filter(day__gte=first)
    for day, kind, number in kept.values_list("day", "kind", "number"):
        found.setdefault(day, {})[kind] = number
    return found


def first_day_of_this_week() -> datetime.date:
    """Return the first of the last seven days, of which today is one."""
    return timezone.localdate() - timedelta(days=_WEEK - 1)


def new_this_week(counts: Counts) -> int:
    """Return how many people were made in the last seven days, as counted every ten minutes."""
    since = first_day_of_this_week()
    return sum(day.get(_Kind.CREATED, 0) for when, day in counts.items() if when >= since)


def charts_for(user: User, counts: Counts) -> Iterator[DaysChart]:
    """Yield the charts whose logs ``user`` may open; none while nothing was counted."""
    if not any(counts.values()):
        return
    if sees(user, "accounts.auditentry"):
        yield _chart(
            "accounts",
            _("Accounts changed each day"),
            [
                (_("Created or changed"), "a", (_Kind.CREATED, _Kind.CHANGED)),
                (_("Deactivated or deleted"), "b", (_Kind.DEACTIVATED, _Kind.DELETED)),
                (_("Refused"), "c", (_Kind.CALL_REFUSED,)),
            ],
            counts,
            url("accounts_auditentry_changelist"),
        )
    if sees(user, "sign-in-attempts"):
        yield _chart(
            "sign-ins",
            _("Sign-ins each day"),
            [
                (_("Passed"), "a", (_Kind.SIGNED_IN,)),
                (_("Refused"), "c", (_Kind.SIGN_IN_REFUSED,)),
            ],
            counts,
            url("saml-and-scim-attempts"),
        )


def _chart(
    key: str,
    title: str,
    columns: list[tuple[str, str, tuple[str, ...]]],
    counts: Counts,
    log: str,
) -> DaysChart:
    rows = [
        (day, [sum(found.get(kind, 0) for kind in kinds) for _name, _class, kinds in columns])
        for day, found in sorted(counts.items())
    ]
    most_on, most = max(rows, key=lambda row: sum(row[1]))
    finding = _(
        "%(title)s from %(first)s to %(last)s. Most on %(day)s: %(most)s, of which %(refused)s "
        "refused."
    ) % {
        "title": title,
        "first": date_format(rows[0][0], "j M"),
        "last": date_format(rows[-1][0], "j M"),
        "day": date_format(most_on, "j M"),
        "most": number_format(sum(most), force_grouping=True),
        "refused": number_format(most[-1], force_grouping=True),
    }
    return DaysChart(
        key=key,
        title=title,
        finding=finding,
        columns=[(name, kind) for name, kind, _kinds in columns],
        rows=rows[::-1],
        drawn=bars_of(rows, classes=[kind for _name, kind, _kinds in columns]),
        log=log,
    )
