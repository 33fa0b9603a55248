"""RelayState comes back from a stranger; it may only choose among this tenant's own pages."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote, urlsplit

MAX_LENGTH: Final = 2000
_MAX_ENCODINGS: Final = 4


def safe_path(relay_state: str | None, *, prefixes: Iterable[str]) -> str | None:
    """Return ``relay_state`` when it is a path below one of ``prefixes``, else nothing.

    Other hosts, schemes, ``//host``, backslashes, control characters, dot segments, and each of
    these behind any number of percent-encodings, give nothing; so does the bare text that Okta
    sends. Nothing means: the default page.

    Args:
        relay_state: The form field or parameter as it came.
        prefixes: Paths of this tenant that end in ``/``.
    """
    if not relay_state or len(relay_state) > MAX_LENGTH or not _is_local_path(relay_state):
        return None
    path = urlsplit(relay_state).path
    decoded = _decode_fully(path)
    if decoded is None:
        return None
    for prefix in prefixes:
        if path.startswith(prefix) and decoded.startswith(prefix):
            return relay_state
    return None


def _decode_fully(path: str) -> str | None:
    """Return ``path`` without percent-encoding, or nothing when any layer of it is hostile."""
    for _ in range(_MAX_ENCODINGS):
        further = unquote(path)
        if further == path:
            return path
        if not _is_local_path(further):
            return None
        path = further
    return None


def _is_local_path(text: str) -> bool:
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    segments = parts.path.split("/")
    has_odd_segments = "" in segments[1:-1] or any(one in {".", ".."} for one in segments)
    return not parts.scheme and not parts.netloc and text.startswith("/") and not has_odd_segments
