"""The last day of something that is wanted or granted for a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access_requests.errors import NoSuchDayError
from access_requests.things import FURTHEST_DAYS

if TYPE_CHECKING:
    import datetime


WARNED_DAYS: Final = 7
"""So many days before the last one its person is told, unless they were told of it since."""


def told_already(until: datetime.date | None) -> datetime.datetime | None:
    """Return now if a mail that tells the day is the last before it ends; nothing if not."""
    if until is None or until > timezone.localdate() + timedelta(days=WARNED_DAYS):
        return None
    return timezone.now()


def furthest_day() -> datetime.date:
    """Return the last day that can be chosen."""
    return timezone.localdate() + timedelta(days=FURTHEST_DAYS)


def require_day(until: datetime.date | None) -> None:
    """Refuse a last day that nobody can mean.

    Raises:
        NoSuchDayError: It is before today, or more than ten years away.
    """
    if until is None:
        return
    if until < timezone.localdate():
        raise NoSuchDayError(_("This day is over. Choose today or a later one, or none."))
    if until > furthest_day():
        raise NoSuchDayError(
            _("Choose a day up to %(day)s, or none.")
            % {"day": date_format(furthest_day(), "DATE_FORMAT")}
        )
