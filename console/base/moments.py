"""Moments in words: *Today, 09:41*, *Yesterday, 16:02*, *25 Nov 2026*; in logs to the second."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.safestring import SafeString
    from django_stubs_ext import StrPromise

    _Words = tuple[StrPromise, StrPromise]

_BEGINNING: Final = (_("Today, %(time)s"), _("Yesterday, %(time)s"))
_WITHIN: Final = (_("today, %(time)s"), _("yesterday, %(time)s"))


def told(moment: datetime) -> SafeString:
    """Return ``moment`` in words, in the present time zone, with the exact time beside them."""
    local = timezone.localtime(moment)
    return _beside_the_exact(local, _lately(local, "H:i") or date_format(local, "j M Y"))


def told_within(moment: datetime) -> SafeString:
    """Return the same for the middle of a sentence: *today, 09:41*."""
    local = timezone.localtime(moment)
    words = _lately(local, "H:i", _WITHIN) or date_format(local, "j M Y")
    return _beside_the_exact(local, words)


def told_exactly(moment: datetime) -> SafeString:
    """Return the same to the second, for lines of which one follows the other."""
    local = timezone.localtime(moment)
    return _beside_the_exact(local, _lately(local, "H:i:s") or date_format(local, "j M Y, H:i:s"))


def _beside_the_exact(local: datetime, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), words)


def _lately(local: datetime, time_format: str, words: _Words = _BEGINNING) -> str:
    """Return today's or yesterday's moment in words; of an earlier one nothing."""
    days = timezone.localdate() - local.date()
    time = {"time": date_format(local, time_format)}
    if days == timedelta():
        return str(words[0] % time)
    if days == timedelta(days=1):
        return str(words[1] % time)
    return ""
