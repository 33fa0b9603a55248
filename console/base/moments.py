"""Moments in words: *Today, 09:41*, *Yesterday, 16:02*, *25 Nov 2026*; in logs to the second."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.safestring import SafeString


def told(moment: datetime) -> SafeString:
    """Return ``moment`` in words, in the present time zone, with the exact time beside them."""
    local = timezone.localtime(moment)
    return _beside_the_exact(local, _lately(local, "H:i") or date_format(local, "j M Y"))


def told_exactly(moment: datetime) -> SafeString:
    """Return the same to the second, for lines of which one follows the other."""
    local = timezone.localtime(moment)
    return _beside_the_exact(local, _lately(local, "H:i:s") or date_format(local, "j M Y, H:i:s"))


def _beside_the_exact(local: datetime, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), words)


def _lately(local: datetime, time_format: str) -> str:
    """Return today's or yesterday's moment in words; of an earlier one nothing."""
    days = timezone.localdate() - local.date()
    time = {"time": date_format(local, time_format)}
    if days == timedelta():
        return _("Today, %(time)s") % time
    if days == timedelta(days=1):
        return _("Yesterday, %(time)s") % time
    return ""
