"""Moments in words: *Today, 09:41*, *Yesterday, 16:02*, *25 Nov 2026*."""

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
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), _in_words(local))


def _in_words(local: datetime) -> str:
    days = timezone.localdate() - local.date()
    time = {"time": date_format(local, "H:i")}
    if days == timedelta():
        return _("Today, %(time)s") % time
    if days == timedelta(days=1):
        return _("Yesterday, %(time)s") % time
    return date_format(local, "j M Y")
