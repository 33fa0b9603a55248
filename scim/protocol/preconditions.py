"""Entity tags and the conditions that clients put on them (RFC 7644, 3.14; RFC 9110, 13.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, TypeGuard

from scim.protocol.errors import PreconditionFailedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A tag without quotes begins where another thing ends, or each of its characters would be tried.
_TAG: Final = re.compile(r'(?<![^\s,"])(?:W/)?(?:"([^"]*)"|([^\s,"]++))\s*(?:,|$)', re.IGNORECASE)
_MAX_LENGTH: Final = 4_096
_SEPARATOR: Final = "-"
_DIGEST_SIZE: Final = 6
_DIGEST: Final = re.compile(rf'{_SEPARATOR}[0-9a-f]{{{2 * _DIGEST_SIZE}}}"')


def entity_tag(version: int | str) -> str:
    """Return the weak entity tag of a version: the value of ``ETag`` and ``meta.version``.

    >>> entity_tag(3)
    'W/"3"'
    """
    return f'W/"{version}"'


@dataclass(frozen=True, slots=True)
class Preconditions:
    """The headers ``If-Match`` and ``If-None-Match``: ``*``, or tags, weak or strong; or nothing.

    The ``version`` of a Bulk operation is an ``If-Match``.
    """

    if_match: str | None = None
    if_none_match: str | None = None

    @property
    def bind(self) -> bool:
        """Whether a change may be made of the version only that the client has named."""
        return _is_set(self.if_match)


def check_preconditions(conditions: Preconditions, current: str) -> None:
    """Let a change go on only if the resource is as the client last saw it.

    ``current`` is its tag, or ``""`` if it has none.  Versions alone are compared: what a tag says
    besides is not changed with the resource.

    Raises:
        PreconditionFailedError: ``If-Match`` names other versions only, or ``If-None-Match`` names
            this one.
    """
    if _is_set(conditions.if_match) and not _names(conditions.if_match, _version(current)):
        raise PreconditionFailedError(
            f"The resource has changed: its version is now {current or 'without a name'}. Read it "
            "again and repeat the change with that version in If-Match."
        )
    if _is_set(conditions.if_none_match) and _names(conditions.if_none_match, _version(current)):
        raise PreconditionFailedError(
            "If-None-Match asks that there is no such resource or version, and there is."
        )


def is_unmodified(conditions: Preconditions, current: str) -> bool:
    """Whether a client that reads has exactly this already: GET answers 304 without a body.

    Raises:
        PreconditionFailedError: ``If-Match`` names other versions only (RFC 9110, 13.1.1).
    """
    check_preconditions(Preconditions(conditions.if_match), current)
    header = conditions.if_none_match
    return _is_set(header) and (header.strip() == "*" or _opaque(current) in _tags(header))


def entity_tag_showing(version: int | str, shown: Iterable[str]) -> str:
    """Return the tag of an answer that shows more than the version of the resource speaks for.

    Behind the version stands a digest of what else is ``shown``.
    """
    digest = blake2b("\0".join(shown).encode(), digest_size=_DIGEST_SIZE).hexdigest()
    return entity_tag(f"{version}{_SEPARATOR}{digest}")


def version_alone(tag: str) -> str:
    """Return the tag without the digest of what else was shown.

    >>> version_alone('W/"3-0f1e2d3c4b5a"')
    'W/"3"'
    """
    return _DIGEST.sub('"', tag)


def _is_set(header: str | None) -> TypeGuard[str]:
    return header is not None and bool(header.strip())


def _names(header: str, version: str) -> bool:
    return header.strip() == "*" or any(_version(tag) == version for tag in _tags(header))


def _tags(header: str) -> Iterator[str]:
    """Yield the opaque part of each tag; clients also send it without quotes."""
    for match in _TAG.finditer(header[:_MAX_LENGTH]):
        yield match[1] if match[1] is not None else match[2]


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/").strip('"')


def _version(tag: str) -> str:
    return _opaque(tag).partition(_SEPARATOR)[0]
