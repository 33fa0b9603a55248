"""``xs:dateTime`` as identity providers write it."""

import re
from datetime import UTC, datetime
from typing import Final

_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,40})?(?:Z|[+-]\d\d:\d\d)?", re.ASCII
)


def parse_instant(text: str) -> datetime:
    """Return the instant in UTC.

    Offsets such as ``+02:00`` are understood, though SAML Core 1.3.3 asks for UTC; an instant
    without a zone is UTC, as that section says; digits beyond microseconds (Entra ID sends
    seven) are cut off.

    Raises:
        ValueError: This is not an instant.
    """
    text = text.strip(" \t\r\n")
    # Python understands other forms of ISO 8601 as well, which are no xs:dateTime.
    if _INSTANT.fullmatch(text) is None:
        raise ValueError(f"not an instant: {text[:40]!r}")
    try:
        instant = datetime.fromisoformat(text)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"not an instant: {text[:40]!r}") from error


def format_instant(instant: datetime) -> str:
    """Return ``instant`` in the only form SAML Core 1.3.3 allows: UTC, whole seconds, ``Z``."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def spoken_date(instant: datetime) -> str:
    """Return the date as a sentence needs it, such as ``3 May 2026``."""
    return f"{instant.day} {instant:%B %Y}"
