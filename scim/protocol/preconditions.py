"""Entity tags and the conditions that clients put on them (RFC 7644, 3.14; RFC 9110, 13.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scim.protocol.errors import PreconditionFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG: Final = re.compile(r'\s*(?:W/)?(?:"([^"]*)"|([^\s,"]+))\s*(?:,|$)', re.IGNORECASE)
_MAX_LENGTH: Final = 4_096


def entity_tag(version: int | str) -> str:
    """Return the weak entity tag of a version: the value of ``ETag`` and ``meta.version``.

    >>> entity_tag(3)
    'W/"3"'
    """
    return f'W/"{version}"'


def check_if_match(header: str | None, current: str) -> None:
    """Let a change go on only if the resource is as the client last saw it.

    ``header`` is the value of ``If-Match``: ``*``, or a list of tags, weak or strong, of which
    one must be ``current``.  No header is no condition.

    Raises:
        PreconditionFailedError: None of the tags is the current one.
    """
    if header is not None and header.strip() and not _names(header, current):
        raise PreconditionFailedError(
            f"The resource has changed: its version is now {current}. Read it again and repeat "
            "the change with that version in If-Match."
        )


def is_unmodified(header: str | None, current: str) -> bool:
    """Whether ``If-None-Match`` names the current tag, so that GET answers 304 without a body."""
    return header is not None and bool(header.strip()) and _names(header, current)


def _names(header: str, current: str) -> bool:
    if header.strip() == "*":
        return True
    wanted = _opaque(current)
    return any(tag == wanted for tag in _tags(header[:_MAX_LENGTH]))


def _tags(header: str) -> Iterator[str]:
    """Yield the opaque part of each tag; clients also send it without quotes."""
    for match in _TAG.finditer(header):
        yield match[1] if match[1] is not None else match[2]


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/").strip('"')
