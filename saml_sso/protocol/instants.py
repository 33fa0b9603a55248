"""``xs:dateTime`` as identity providers write it."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_INSTANT: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,40}))?(?:(Z)|([+-])(\d\d):(\d\d))?",
    re.ASCII,
)


def parse_instant(text: str) -> datetime:
    """Return the instant in UTC.

    Offsets such as ``+02:00`` are understood, though SAML Core 1.3.3 asks for UTC; an instant
    without a zone is UTC, as that section says; digits beyond microseconds (Entra ID sends
    seven) are cut off.

    Raises:
        ValueError: This is not an instant.
    """
    match = _INSTANT.fullmatch(text.strip(" \t\r\n"))
    if match is None:
        raise ValueError(f"not an instant: {text[:40]!r}")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, _, sign, hours, minutes = match.groups()[6:]
    zone = UTC
    if sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(offset if sign == "+" else -offset)
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        local = datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone)
        return local.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"not an instant: {text[:40]!r}") from error


def format_instant(instant: datetime) -> str:
    """Return ``instant`` in the only form SAML Core 1.3.3 allows: UTC, whole seconds, ``Z``."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def spoken_date(instant: datetime) -> str:
    """Return the date as a sentence needs it, such as ``3 May 2026``."""
    return f"{instant.day} {instant:%B %Y}"
