"""Values that entries of the audit trail keep, in words."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.trail.changes import MORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_SHOWN: Final = 5
"""Items of a list that are named; the rest is a number."""
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")


def in_words(value: Any, words: Mapping[str, str] | None = None) -> str:
    """Return ``value`` for a person to read; ``words`` are the labels of choices.

    >>> in_words(True), in_words(""), in_words(["a", "b"]), in_words({"value": "x", "type": "work"})
    ('yes', 'nothing', 'a, b', 'x (work)')
    """
    if value is None or value in ("", [], {}):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return listed(value, words)
    if isinstance(value, dict):
        return _object(value, words)
    text = str(value)
    return (words or {}).get(text) or _moment(text)


def listed(values: Iterable[Any], words: Mapping[str, str] | None = None) -> str:
    """Return the first few of ``values`` in words, and how many more there are."""
    items = list(values)
    cut = items[-1] if items else None
    more = 0
    if isinstance(cut, dict) and cut.keys() == {MORE}:
        items, more = items[:-1], int(cut[MORE])
    more += max(0, len(items) - MOST_SHOWN)
    text = ", ".join(in_words(each, words) for each in items[:MOST_SHOWN])
    return _("%(named)s and %(count)s more") % {"named": text, "count": more} if more else text


def plain(name: str) -> str:
    """Return a name of a program as words, for what nobody has given a label.

    >>> plain("urn:ietf:params:scim:schemas:x:2.0:User:costCenter"), plain("rate_limit_per_minute")
    ('Cost center', 'Rate limit per minute')
    """
    last = name.rpartition(":")[2] or name
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"[._\W]+", " ", last)).strip()
    return (spaced[:1].upper() + spaced[1:].lower()) or _("Other")


def _object(value: dict[str, Any], words: Mapping[str, str] | None) -> str:
    """Return an object, such as an address: its value first, and what kind it is."""
    main = next((value[name] for name in ("value", "display", "formatted") if value.get(name)), "")
    if not main:
        parts = (f"{plain(name)}: {in_words(each, words)}" for name, each in value.items())
        return "; ".join(parts)
    kind = value.get("type")
    return f"{in_words(main, words)} ({kind})" if kind else in_words(main, words)


def _moment(text: str) -> str:
    if len(text) > len("2026-11-28T12:00:00.000000+00:00") or not _ISO.fullmatch(text):
        return text
    try:
        moment = parse_datetime(text)
        day = parse_date(text)
    except ValueError:
        return text
    if day is not None:
        return date_format(day, "SHORT_DATE_FORMAT")
    if moment is None:
        return text
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
